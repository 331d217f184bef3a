import { apiVersionOf, type KubeObject, POD } from "@qalam/api";
import { NotFoundError } from "@qalam/store";
import { listItem, listMetadata } from "./list-options.ts";
import { readBody } from "./read-body.ts";
import { deleteOptions, scopeOf } from "./request-options.ts";
import { keyOfPath, type ResourceRequest, type ResourceServices } from "./resource-request.ts";
import { sendObject } from "./respond.ts";
import { successStatus } from "./status-error.ts";

/** Kinds whose deletion always answers with the object, as Kubernetes does. */
const ANSWERED_WHOLE: ReadonlySet<string> = new Set(["Pod", "Service", "PersistentVolumeClaim"]);

/** Answers with a Status when the object is gone, with the object while finalizers keep it. */
export async function remove(
  { request, response, path, query }: ResourceRequest,
  { store }: ResourceServices,
): Promise<void> {
  const key = keyOfPath(path);
  const options = deleteOptions(query, await readBody(request));
  const object = await store.delete(path.kind, key, options);
  const remains = await store.get(path.kind, key, { shared: true });
  const isKept = remains !== undefined && remains.metadata.uid === object.metadata.uid && options.dryRun !== true;
  const gone = ANSWERED_WHOLE.has(path.kind.kind)
    ? asDeleted(object)
    : successStatus(key.name, path.kind, object.metadata.uid);
  sendObject(request, response, 200, isKept ? remains : gone);
}

/** Pods end in their own time, even when that is at once. */
function asDeleted(object: KubeObject): KubeObject {
  if (object.kind !== POD.kind) return object;
  const deletionTimestamp = `${new Date().toISOString().slice(0, 19)}Z`;
  const generation = (object.metadata.generation ?? 0) + 1;
  return { ...object, metadata: { ...object.metadata, generation, deletionTimestamp, deletionGracePeriodSeconds: 0 } };
}

export async function removeCollection(
  { request, response, path, query }: ResourceRequest,
  { store }: ResourceServices,
): Promise<void> {
  const options = deleteOptions(query, await readBody(request));
  const { items, resourceVersion } = await store.list(path.kind, { ...scopeOf(path, query), shared: true });
  for (const { metadata } of items)
    try {
      await store.delete(path.kind, { namespace: metadata.namespace ?? "", name: metadata.name }, options);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error; // gone with one before it
    }
  const kind = `${path.kind.kind}List`;
  sendObject(request, response, 200, {
    kind,
    apiVersion: apiVersionOf(path.kind),
    metadata: listMetadata(path.kind, resourceVersion),
    items: items.map((item) => listItem(path.kind, item)),
  });
}
