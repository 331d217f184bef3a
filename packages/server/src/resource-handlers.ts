import type { IncomingMessage, ServerResponse } from "node:http";
import { apiVersionOf, type KubeObject, type ObjectKey, type ResourceKind } from "@qalam/api";
import { type DeleteOptions, mergePatch, NotFoundError, type ResourceStore, type WriteOptions } from "@qalam/store";
import type { Admission, AdmissionOptions } from "./admission.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { mediaType, readBody } from "./read-body.ts";
import type { ResourcePath } from "./resource-path.ts";
import { RequestError, successStatus } from "./status-error.ts";
import { strategicMerge } from "./strategic-merge.ts";
import { tableOf } from "./tables.ts";
import { watchResponse } from "./watch-response.ts";

export interface ResourceServices {
  readonly store: ResourceStore;
  readonly admission: Admission;
}

/** One request for a resource, with what every handler needs of it. */
export interface ResourceRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: ResourcePath;
  readonly query: URLSearchParams;
}

/** Answers get, list, watch, create, update, patch, delete and deletecollection of resources and their status. */
export async function handleResource(context: ResourceRequest, services: ResourceServices): Promise<void> {
  const { request, path } = context;
  if (path.subresource !== undefined && !(path.subresource === "status" && path.kind.statusSubresource))
    throw new RequestError(404, "the server could not find the requested resource");
  if (path.name === undefined) return handleCollection(context, services);
  const key = keyOfPath(path);
  switch (request.method) {
    case "GET":
      return get(context, services, key);
    case "PUT":
      return update(context, services, key);
    case "PATCH":
      return patch(context, services, key);
    case "DELETE":
      return remove(context, services, key);
    default:
      throw new RequestError(405, "the server does not allow this method on the requested resource");
  }
}

async function handleCollection(context: ResourceRequest, services: ResourceServices): Promise<void> {
  const { request, query } = context;
  if (request.method === "GET") return isTrue(query.get("watch")) ? watch(context, services) : list(context, services);
  if (request.method === "POST") return create(context, services);
  if (request.method === "DELETE") return removeCollection(context, services);
  throw new RequestError(405, "the server does not allow this method on the requested resource");
}

async function get(
  { request, response, path }: ResourceRequest,
  { store }: ResourceServices,
  key: ObjectKey,
): Promise<void> {
  const object = await store.get(path.kind, key, { shared: true });
  if (object === undefined) throw notFound(path.kind, key);
  send(
    response,
    200,
    wantsTable(request)
      ? tableOf(path.kind, [object], { resourceVersion: object.metadata.resourceVersion }, "Metadata", Date.now())
      : object,
  );
}

async function list({ request, response, path, query }: ResourceRequest, { store }: ResourceServices): Promise<void> {
  const limit = query.get("limit");
  const {
    items,
    resourceVersion,
    continue: next,
    remainingItemCount,
  } = await store.list(path.kind, {
    ...scope(path, query),
    ...(limit !== null && Number(limit) > 0 && { limit: Number(limit) }),
    ...(query.get("continue") && { continue: query.get("continue") as string }),
    shared: true,
  });
  const metadata = { resourceVersion, ...(next !== undefined && { continue: next, remainingItemCount }) };
  if (wantsTable(request))
    return send(response, 200, tableOf(path.kind, items, metadata, includeObject(query), Date.now()));
  send(response, 200, { kind: `${path.kind.kind}List`, apiVersion: apiVersionOf(path.kind), metadata, items });
}

async function watch({ request, response, path, query }: ResourceRequest, { store }: ResourceServices): Promise<void> {
  const resourceVersion = query.get("resourceVersion");
  const timeout = Number(query.get("timeoutSeconds") ?? Number.NaN);
  await watchResponse(
    store,
    {
      kind: path.kind,
      namespace: path.namespace,
      ...scope(path, query),
      ...(resourceVersion && { resourceVersion }),
      allowBookmarks: isTrue(query.get("allowWatchBookmarks")),
      sendInitialEvents: isTrue(query.get("sendInitialEvents")),
      ...(timeout > 0 && { timeoutSeconds: timeout }),
      asTable: wantsTable(request),
    },
    response,
  );
}

async function create(
  { request, response, path, query }: ResourceRequest,
  { store, admission }: ResourceServices,
): Promise<void> {
  const object = checkedObject(await readBody(request), path.kind);
  placeInNamespace(object, path);
  const admitted = await admission.create(path.kind, object, admissionOptions(query, response));
  send(response, 201, await store.create(path.kind, admitted, writeOptions(query)));
}

async function update(
  { request, response, path, query }: ResourceRequest,
  services: ResourceServices,
  key: ObjectKey,
): Promise<void> {
  const object = checkedObject(await readBody(request), path.kind);
  placeInNamespace(object, path);
  if (object.metadata.name !== key.name)
    throw new RequestError(
      400,
      `the name of the object (${object.metadata.name}) does not match the name on the URL (${key.name})`,
    );
  const old = await services.store.get(path.kind, key);
  if (old === undefined) throw notFound(path.kind, key);
  send(response, 200, await write({ path, query, response, old, object }, services));
}

async function patch(
  { request, response, path, query }: ResourceRequest,
  services: ResourceServices,
  key: ObjectKey,
): Promise<void> {
  const body = await readBody(request);
  const apply = patchFunction(mediaType(request), path.kind);
  const old = await services.store.get(path.kind, key);
  if (old === undefined) throw notFound(path.kind, key);
  const object = checkedObject(apply(old, body), path.kind);
  if (object.metadata.name !== key.name) throw new RequestError(400, "a patch cannot change metadata.name");
  send(response, 200, await write({ path, query, response, old, object }, services));
}

type Patch = (old: unknown, patch: unknown) => unknown;

function patchFunction(type: string, kind: ResourceKind): Patch {
  if (type === "application/json-patch+json") return applyJsonPatch;
  if (type === "application/merge-patch+json")
    return (old, body) => (Array.isArray(body) ? applyJsonPatch(old, body) : mergePatch(old, body));
  if (type === "application/strategic-merge-patch+json" && kind.group !== "kubeflow.org") return strategicMerge;
  throw new RequestError(
    415,
    `the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json${kind.group === "kubeflow.org" ? "" : ", application/strategic-merge-patch+json"}`,
  );
}

interface Write {
  readonly path: ResourcePath;
  readonly query: URLSearchParams;
  readonly response: ServerResponse;
  readonly old: KubeObject;
  readonly object: KubeObject;
}

async function write(
  { path, query, response, old, object }: Write,
  { store, admission }: ResourceServices,
): Promise<KubeObject> {
  if (path.subresource === "status") return store.updateStatus(path.kind, object, writeOptions(query));
  const admitted = await admission.update(path.kind, old, object, admissionOptions(query, response));
  return store.update(path.kind, admitted, writeOptions(query));
}

async function remove(
  { request, response, path, query }: ResourceRequest,
  { store }: ResourceServices,
  key: ObjectKey,
): Promise<void> {
  const options = deleteOptions(query, await readBody(request));
  const object = await store.delete(path.kind, key, options);
  const remains = await store.get(path.kind, key, { shared: true });
  send(
    response,
    200,
    remains !== undefined && remains.metadata.uid === object.metadata.uid && options.dryRun !== true
      ? remains
      : successStatus(key.name, path.kind.plural, object.metadata.uid),
  );
}

async function removeCollection(
  { request, response, path, query }: ResourceRequest,
  { store }: ResourceServices,
): Promise<void> {
  const options = deleteOptions(query, await readBody(request));
  const { items, resourceVersion } = await store.list(path.kind, scope(path, query));
  for (const { metadata } of items)
    await store.delete(path.kind, { namespace: metadata.namespace ?? "", name: metadata.name }, options);
  send(response, 200, {
    kind: `${path.kind.kind}List`,
    apiVersion: apiVersionOf(path.kind),
    metadata: { resourceVersion },
    items,
  });
}

/** @throws RequestError for a policy there is not */
function deleteOptions(query: URLSearchParams, body: unknown): DeleteOptions {
  const given = (typeof body === "object" && body !== null ? body : {}) as {
    propagationPolicy?: string;
    preconditions?: DeleteOptions["preconditions"];
    dryRun?: string[];
  };
  const policy = given.propagationPolicy ?? query.get("propagationPolicy") ?? "Background";
  if (policy !== "Background" && policy !== "Foreground" && policy !== "Orphan")
    throw new RequestError(
      422,
      `propagationPolicy: Unsupported value: ${JSON.stringify(policy)}: supported values: "Background", "Foreground", "Orphan"`,
    );
  return {
    propagationPolicy: policy,
    ...(given.preconditions !== undefined && { preconditions: given.preconditions }),
    ...((given.dryRun?.includes("All") === true || query.get("dryRun") === "All") && { dryRun: true }),
  };
}

function scope({ namespace }: ResourcePath, query: URLSearchParams) {
  const labelSelector = query.get("labelSelector");
  const fieldSelector = query.get("fieldSelector");
  return {
    ...(namespace !== "" && { namespace }),
    ...(labelSelector && { labelSelector }),
    ...(fieldSelector && { fieldSelector }),
  };
}

function writeOptions(query: URLSearchParams): WriteOptions {
  return query.get("dryRun") === "All" ? { dryRun: true } : {};
}

function admissionOptions(query: URLSearchParams, response: ServerResponse): AdmissionOptions {
  const mode = query.get("fieldValidation") ?? "Warn";
  if (mode !== "Strict" && mode !== "Warn" && mode !== "Ignore")
    throw new RequestError(
      422,
      `fieldValidation: Unsupported value: ${JSON.stringify(mode)}: supported values: "Ignore", "Warn", "Strict"`,
    );
  return {
    fieldValidation: mode,
    warn: (text) =>
      void response.appendHeader("Warning", `299 - ${JSON.stringify(text.replace(/[^\x20-\x7e]/g, "?"))}`),
  };
}

/** @throws RequestError when the body is not an object of the kind */
function checkedObject(body: unknown, kind: ResourceKind): KubeObject {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new RequestError(400, "the body is not an object");
  const object = body as KubeObject;
  object.apiVersion ??= apiVersionOf(kind);
  object.kind ??= kind.kind;
  if (object.kind !== kind.kind || object.apiVersion !== apiVersionOf(kind))
    throw new RequestError(
      400,
      `the API version in the data (${String(object.apiVersion)}, ${String(object.kind)}) does not match the expected (${apiVersionOf(kind)}, ${kind.kind})`,
    );
  if (typeof object.metadata !== "object" || object.metadata === null || Array.isArray(object.metadata))
    throw new RequestError(400, "metadata must be an object");
  return object;
}

function placeInNamespace({ metadata }: KubeObject, { kind, namespace }: ResourcePath): void {
  if (!kind.namespaced || namespace === "") return;
  metadata.namespace ??= namespace;
  if (metadata.namespace !== namespace)
    throw new RequestError(
      400,
      `the namespace of the provided object does not match the namespace sent on the request (${metadata.namespace}, ${namespace})`,
    );
}

function keyOfPath({ kind, namespace, name = "" }: ResourcePath): ObjectKey {
  if (kind.namespaced && namespace === "")
    throw new RequestError(404, "the server could not find the requested resource");
  return { namespace, name };
}

function notFound({ group, plural }: ResourceKind, { name }: ObjectKey): NotFoundError {
  return new NotFoundError(group === "" ? plural : `${plural}.${group}`, name);
}

function wantsTable(request: IncomingMessage): boolean {
  return (request.headers.accept ?? "").includes("as=Table");
}

function includeObject(query: URLSearchParams): "None" | "Metadata" | "Object" {
  const value = query.get("includeObject");
  return value === "None" || value === "Object" ? value : "Metadata";
}

function isTrue(value: string | null): boolean {
  return value === "true" || value === "1";
}

/** Sends JSON. */
export function send(response: ServerResponse, status: number, body: unknown, type = "application/json"): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-cache, private",
  });
  response.end(text);
}
