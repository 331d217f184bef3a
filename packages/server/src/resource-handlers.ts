import { remove, removeCollection } from "./delete-handlers.ts";
import { get, list, watch } from "./read-handlers.ts";
import { isTrue } from "./request-options.ts";
import type { ResourcePath } from "./resource-path.ts";
import { noSuchMethod, noSuchPath, type ResourceRequest, type ResourceServices } from "./resource-request.ts";
import { RequestError } from "./status-error.ts";
import { create, patch, update } from "./write-handlers.ts";

type Handler = (context: ResourceRequest, services: ResourceServices) => Promise<void>;

const forObjects: Readonly<Record<string, Handler>> = { GET: get, PUT: update, PATCH: patch, DELETE: remove };
const forCollections: Readonly<Record<string, Handler>> = { GET: list, POST: create, DELETE: removeCollection };
const forStatus: Readonly<Record<string, Handler>> = { GET: get, PUT: update, PATCH: patch };

/** Answers get, list, watch, create, update, patch, delete and deletecollection of resources and their status. @throws RequestError 404, 405 */
export async function handleResource(context: ResourceRequest, services: ResourceServices): Promise<void> {
  const { request, path, query } = context;
  const { method = "" } = request;
  if (path.subresource !== undefined && !(path.subresource === "status" && path.kind.statusSubresource))
    throw unserved(path);
  if (method === "GET" && isTrue(query.get("watch")) && path.name === undefined) return watch(context, services);
  const handlers = path.name === undefined ? forCollections : path.subresource === "status" ? forStatus : forObjects;
  const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
  if (handler === undefined || !isAllowed(context)) throw noSuchMethod();
  return handler(context, services);
}

/** What kubectl asks of a running container, and what there is instead where containers are processes of one machine. */
const instead: Readonly<Record<string, string>> = {
  exec: "its files and programs are those of this machine, and `kubectl logs` shows its output",
  attach: "`kubectl logs -f` follows its output",
  portforward: "its ports are those of this machine, at 127.0.0.1",
  ephemeralcontainers: "debug it as any process of this machine",
};

/** The refusal of a subresource that is not there. */
function unserved({ kind, subresource = "" }: ResourcePath): RequestError {
  const advice = kind.kind === "Pod" && Object.hasOwn(instead, subresource) ? instead[subresource] : undefined;
  if (advice === undefined) return noSuchPath();
  return new RequestError(404, `there is no ${subresource}: on a laptop a container is a process; ${advice}`, {});
}

/** Writing to a collection needs a namespace, and namespaces go one by one. */
function isAllowed({ request: { method }, path: { kind, namespace, name } }: ResourceRequest): boolean {
  if (name !== undefined || (method !== "POST" && method !== "DELETE")) return true;
  return kind.namespaced ? namespace !== "" : method === "POST";
}
