import { apiVersionOf, type KubeObject, type ResourceKind } from "@qalam/api";
import { sharedJsonText } from "@qalam/store";
import {
  checkIsVersion,
  checkVersion,
  checkWatchOptions,
  listItem,
  listMetadata,
  versionOfList,
} from "./list-options.ts";
import { type Negotiated, negotiate } from "./negotiate.ts";
import { isTrue, scopeOf, wholeNumber } from "./request-options.ts";
import { keyOfPath, notFound, type ResourceRequest, type ResourceServices } from "./resource-request.ts";
import { sendObject, sendText } from "./respond.ts";
import { RequestError } from "./status-error.ts";
import { partialMetadata, tableOf } from "./tables.ts";
import { watchResponse } from "./watch-response.ts";

export async function get(
  { request, response, path, query }: ResourceRequest,
  { store }: ResourceServices,
): Promise<void> {
  const { as, encoding } = negotiate(request);
  const key = keyOfPath(path);
  checkVersion(query.get("resourceVersion") ?? "", await store.currentResourceVersion());
  const object = await store.get(path.kind, key, { shared: true });
  if (object === undefined) throw notFound(path.kind, key);
  if (as === "Object" && encoding === "json")
    return sendText(response, 200, sharedJsonText(object), "application/json");
  const { resourceVersion } = object.metadata;
  if (as === "Table")
    sendObject(
      request,
      response,
      200,
      tableOf(path.kind, [object], { resourceVersion }, includeObject(query), Date.now()),
    );
  else sendObject(request, response, 200, as === "Object" ? object : partialMetadata(object));
}

export async function list(
  { request, response, path, query }: ResourceRequest,
  { store }: ResourceServices,
): Promise<void> {
  const negotiated = negotiate(request);
  const limit = wholeNumber(query, "limit");
  const exactly = versionOfList(query, await store.currentResourceVersion());
  const {
    items,
    resourceVersion,
    continue: next,
    remainingItemCount,
  } = await store.list(path.kind, {
    ...scopeOf(path, query),
    ...(limit !== undefined && limit > 0 && { limit }),
    ...(exactly !== undefined && { resourceVersion: exactly }),
    ...(query.get("continue") && { continue: query.get("continue") as string }),
    shared: true,
  });
  const metadata = {
    ...(negotiated.as === "Object" ? listMetadata(path.kind, resourceVersion) : { resourceVersion }),
    ...(next !== undefined && { continue: next, remainingItemCount }),
  };
  if (negotiated.as === "Table")
    return sendObject(request, response, 200, tableOf(path.kind, items, metadata, includeObject(query), Date.now()));
  if (negotiated.as === "Object" && negotiated.encoding === "json")
    return sendText(response, 200, listText(path.kind, metadata, items), "application/json");
  sendObject(request, response, 200, listBody(path.kind, metadata, items, negotiated.as));
}

/** Custom resources that were just watched or read have their text already. */
function listText(kind: ResourceKind, metadata: object, items: readonly KubeObject[]): string {
  const head = JSON.stringify({ kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata });
  const isWhole = kind.group === "kubeflow.org";
  const texts = items.map((item) => (isWhole ? sharedJsonText(item) : JSON.stringify(listItem(kind, item))));
  return `${head.slice(0, -1)},"items":[${texts.join(",")}]}`;
}

function listBody(kind: ResourceKind, metadata: object, items: readonly KubeObject[], as: Negotiated["as"]): object {
  if (as === "PartialObjectMetadata")
    return {
      kind: "PartialObjectMetadataList",
      apiVersion: "meta.k8s.io/v1",
      metadata,
      items: items.map(partialMetadata),
    };
  const listed = items.map((item) => listItem(kind, item));
  return { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata, items: listed };
}

export async function watch(
  { request, response, path, query }: ResourceRequest,
  { store }: ResourceServices,
): Promise<void> {
  checkWatchOptions(query);
  const { as, encoding } = negotiate(request);
  if (encoding !== "json")
    throw new RequestError(406, "only the following media types are accepted: application/json;stream=watch");
  const scope = scopeOf(path, query);
  // Selectors that cannot be read are told at once, before the answer begins.
  if ("labelSelector" in scope || "fieldSelector" in scope)
    await store.list(path.kind, { ...scope, limit: 1, shared: true });
  const resourceVersion = query.get("resourceVersion");
  if (resourceVersion) checkIsVersion(resourceVersion);
  const timeout = wholeNumber(query, "timeoutSeconds");
  await watchResponse(
    store,
    {
      kind: path.kind,
      ...scope,
      ...(resourceVersion && { resourceVersion }),
      allowBookmarks: isTrue(query.get("allowWatchBookmarks")),
      sendInitialEvents: isTrue(query.get("sendInitialEvents")),
      ...(timeout !== undefined && timeout > 0 && { timeoutSeconds: timeout }),
      as,
      includeObject: includeObject(query),
    },
    response,
  );
}

/** @throws RequestError 400 for a part of objects that there is not */
function includeObject(query: URLSearchParams): "None" | "Metadata" | "Object" {
  const value = query.get("includeObject") || "Metadata";
  if (value === "None" || value === "Metadata" || value === "Object") return value;
  throw new RequestError(
    400,
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(value)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}
