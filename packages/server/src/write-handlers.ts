import { apiVersionOf, InvalidObjectError, type KubeObject, type ObjectKey, type ResourceKind } from "@qalam/api";
import { AlreadyExistsError, ConflictError } from "@qalam/store";
import { checkedObject, checkStructure, placeInNamespace, prune } from "./check-object.ts";
import { kindSchema } from "./kind-schemas.ts";
import { afterApply, afterUpdate, type FieldWrite } from "./managed-fields/field-manager.ts";
import { patchOf } from "./patch-formats.ts";
import { mediaType, readBody } from "./read-body.ts";
import {
  admissionOptions,
  fieldManagerOf,
  invalidOption,
  isTrue,
  type OptionsKind,
  writeOptions,
} from "./request-options.ts";
import { keyOfPath, notFound, type ResourceRequest, type ResourceServices } from "./resource-request.ts";
import { sendObject } from "./respond.ts";
import { RequestError } from "./status-error.ts";

/** Times a patch is worked out again when another write came in between, as in Kubernetes. */
const ATTEMPTS = 5;

export async function create(context: ResourceRequest, services: ResourceServices): Promise<void> {
  const { request, response, path } = context;
  const object = checkedObject(await readBody(request), path.kind);
  placeInNamespace(object, path);
  requireName(object);
  const managedFields = afterUpdate(fieldWrite(context, "Update"), undefined, pruned(object, path.kind));
  sendObject(request, response, 201, await admitNew(context, services, withManagers(object, managedFields)));
}

async function admitNew(
  { request, path, query, response }: ResourceRequest,
  { store, admission }: ResourceServices,
  object: KubeObject,
): Promise<KubeObject> {
  const options = optionsKind(request);
  const admitted = await admission.create(path.kind, object, admissionOptions(query, response, options));
  checkStructure(admitted, path.kind);
  return store.create(path.kind, pruned(admitted, path.kind), writeOptions(query, options));
}

export async function update(context: ResourceRequest, services: ResourceServices): Promise<void> {
  const { request, response, path } = context;
  const key = keyOfPath(path);
  const object = checkedObject(await readBody(request), path.kind);
  placeInNamespace(object, path);
  if (object.metadata.name !== key.name)
    throw new RequestError(
      400,
      `the name of the object (${object.metadata.name}) does not match the name on the URL (${key.name})`,
    );
  const isPinned = (object.metadata.resourceVersion ?? "") !== "";
  const stored = await retried(isPinned, async () => {
    const old = await services.store.get(path.kind, key);
    if (old === undefined) throw notFound(path.kind, key);
    const resourceVersion = isPinned ? object.metadata.resourceVersion : old.metadata.resourceVersion;
    return replace(context, services, old, {
      ...object,
      metadata: { ...object.metadata, resourceVersion },
    } as KubeObject);
  });
  sendObject(request, response, 200, stored);
}

export async function patch(context: ResourceRequest, services: ResourceServices): Promise<void> {
  const { request, response, path } = context;
  const key = keyOfPath(path);
  const type = mediaType(request);
  const body = await readBody(request);
  if (type === "application/apply-patch+yaml") return apply(context, services, key, body);
  if (context.query.has("force"))
    throw invalidOption("PatchOptions", {
      path: "force",
      reason: "FieldValueForbidden",
      problem: "may not be specified for non-apply patch",
    });
  const change = patchOf(type, path.kind);
  let isPinned = false;
  const stored = await retried(
    () => isPinned,
    async () => {
      const old = await services.store.get(path.kind, key);
      if (old === undefined) throw notFound(path.kind, key);
      const object = checkedObject(change(old, body), path.kind);
      if (object.metadata.name !== key.name) throw new RequestError(400, "a patch cannot change metadata.name");
      isPinned = object.metadata.resourceVersion !== old.metadata.resourceVersion;
      return replace(context, services, old, object);
    },
  );
  sendObject(request, response, 200, stored);
}

/** Stores a changed object with its managed fields. The object carries the version it was made from. */
async function replace(
  context: ResourceRequest,
  services: ResourceServices,
  old: KubeObject,
  object: KubeObject,
): Promise<KubeObject> {
  const managedFields = afterUpdate(fieldWrite(context, "Update"), old, pruned(object, context.path.kind));
  return admitChanged(context, services, old, withManagers(object, managedFields));
}

/** Server-side apply; creates the object when there is none. */
async function apply(
  context: ResourceRequest,
  services: ResourceServices,
  key: ObjectKey,
  body: unknown,
): Promise<void> {
  const { request, response, path, query } = context;
  if (!query.get("fieldManager"))
    throw invalidOption("PatchOptions", {
      path: "fieldManager",
      reason: "FieldValueRequired",
      problem: "is required for apply patch",
    });
  const config = checkedObject(body, path.kind);
  placeInNamespace(config, path);
  config.metadata.name ||= key.name;
  if (config.metadata.name !== key.name)
    throw new RequestError(
      400,
      `the name of the object (${config.metadata.name}) does not match the name on the URL (${key.name})`,
    );
  if (config.metadata.managedFields !== undefined && config.metadata.managedFields !== null)
    throw new RequestError(400, "metadata.managedFields must be nil");
  const isPinned = (config.metadata.resourceVersion ?? "") !== "";
  let isNew = false;
  const stored = await retried(isPinned, async () => {
    const old = await services.store.get(path.kind, key);
    isNew = old === undefined;
    if (isNew && path.subresource !== undefined) throw notFound(path.kind, key);
    return applied(context, services, old, config);
  });
  sendObject(request, response, isNew ? 201 : 200, stored);
}

async function applied(
  context: ResourceRequest,
  services: ResourceServices,
  old: KubeObject | undefined,
  config: KubeObject,
): Promise<KubeObject> {
  const { path, query } = context;
  const next = afterApply(fieldWrite(context, "Apply"), old, pruned(config, path.kind), isTrue(query.get("force")));
  if (old === undefined) {
    if (config.metadata.resourceVersion || config.metadata.uid)
      throw new ConflictError(path.kind.plural, config.metadata.name, "there is no such object with a version or uid");
    return admitNew(context, services, next);
  }
  next.metadata.resourceVersion = config.metadata.resourceVersion || old.metadata.resourceVersion || "";
  return admitChanged(context, services, old, next);
}

async function admitChanged(
  { request, path, query, response }: ResourceRequest,
  { store, admission }: ResourceServices,
  old: KubeObject,
  object: KubeObject,
): Promise<KubeObject> {
  const options = optionsKind(request);
  checkStructure(object, path.kind);
  if (path.subresource === "status")
    return store.updateStatus(path.kind, pruned(object, path.kind), writeOptions(query, options));
  const admitted = await admission.update(path.kind, old, object, admissionOptions(query, response, options));
  return store.update(path.kind, pruned(admitted, path.kind), writeOptions(query, options));
}

function optionsKind({ method }: ResourceRequest["request"]): OptionsKind {
  return method === "POST" ? "CreateOptions" : method === "PUT" ? "UpdateOptions" : "PatchOptions";
}

function pruned(object: KubeObject, kind: ResourceKind): KubeObject {
  return prune(object, kindSchema(kind)) as KubeObject;
}

function requireName({ kind, metadata }: KubeObject): void {
  if (metadata.name || metadata.generateName) return;
  const problem = "name or generateName is required";
  throw new InvalidObjectError(kind, "", [{ path: "metadata.name", reason: "FieldValueRequired", problem }]);
}

/** Again when another write came in between, unless the request is for one version. */
async function retried<T>(isPinned: boolean | (() => boolean), attempt: () => Promise<T>): Promise<T> {
  for (let left = ATTEMPTS; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      const isRace = error instanceof ConflictError || error instanceof AlreadyExistsError;
      const pinned = typeof isPinned === "function" ? isPinned() : isPinned;
      if (!isRace || pinned || left === 1) throw error;
    }
  }
}

function fieldWrite({ request, query, path }: ResourceRequest, operation: "Apply" | "Update"): FieldWrite {
  return {
    kind: path.kind,
    writer: {
      name: fieldManagerOf(request, query),
      operation,
      apiVersion: apiVersionOf(path.kind),
      subresource: path.subresource ?? "",
    },
    now: `${new Date().toISOString().slice(0, 19)}Z`,
  };
}

function withManagers(
  object: KubeObject,
  managedFields: NonNullable<KubeObject["metadata"]["managedFields"]>,
): KubeObject {
  return { ...object, metadata: { ...object.metadata, managedFields } };
}
