import type { IncomingMessage, ServerResponse } from "node:http";
import type { ObjectKey, ResourceKind } from "@qalam/api";
import { NotFoundError, type ResourceStore } from "@qalam/store";
import type { Admission } from "./admission.ts";
import type { ResourcePath } from "./resource-path.ts";
import { RequestError } from "./status-error.ts";

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

/** The key that a path with a name names. @throws RequestError 404 for a path without the namespace that the kind needs, 400 for a name that is none */
export function keyOfPath({ kind, namespace, name = "" }: ResourcePath): ObjectKey {
  if (kind.namespaced && namespace === "") throw noSuchPath();
  if (name.includes("%"))
    throw new RequestError(400, `Name parameter invalid: ${JSON.stringify(name)}: may not contain '%'`);
  return { namespace, name };
}

export function noSuchPath(): RequestError {
  return new RequestError(404, "the server could not find the requested resource", {});
}

export function noSuchMethod(): RequestError {
  return new RequestError(405, "the server does not allow this method on the requested resource", {});
}

export function notFound({ group, plural }: ResourceKind, { name }: ObjectKey): NotFoundError {
  return new NotFoundError(group === "" ? plural : `${plural}.${group}`, name);
}
