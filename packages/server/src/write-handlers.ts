import {
  apiVersionOf,
  type FieldProblem,
  InvalidObjectError,
  type KubeObject,
  type ObjectKey,
  type ResourceKind,
} from "@qalam/api";
import { AlreadyExistsError, ConflictError, sameJson } from "@qalam/store";
import { initialStatus, withDefaults } from "./built-in-defaults.ts";
import { changeProblems, contentProblems, creationProblems } from "./built-in-rules.ts";
import {
  checkApplied,
  checkedObject,
  checkStructure,
  checkUnknownFields,
  placeInNamespace,
  prune,
} from "./check-object.ts";
import { kindSchema } from "./kind-schemas.ts";
import { afterApply, afterUpdate, type FieldWrite } from "./managed-fields/field-manager.ts";
import { patchOf } from "./patch-formats.ts";
import { mediaType, readDocument } from "./read-body.ts";
import {
  admissionOptions,
  fieldManagerOf,
  invalidOption,
  isTrue,
  optionsKind,
  writeOptions,
} from "./request-options.ts";
import { keyOfPath, notFound, type ResourceRequest, type ResourceServices } from "./resource-request.ts";
import { sendObject } from "./respond.ts";
import { RequestError, undecodable } from "./status-error.ts";

/** Times a patch is worked out again when another write came in between, as in Kubernetes. */
const ATTEMPTS = 5;

export async function create(context: ResourceRequest, services: ResourceServices): Promise<void> {
  const { request, response, path } = context;
  const object = checkedObject(await readWrite(context), path.kind);
  placeInNamespace(object, path);
  requireName(object);
  const complete = asNew(object, path.kind);
  const managedFields = afterUpdate(fieldWrite(context, "Update"), undefined, pruned(complete, path.kind));
  sendObject(request, response, 201, await admitNew(context, services, withManagers(complete, managedFields)));
}

/** The body of a write. Keys that it has twice are refused or warned about, like fields that nobody knows. @throws RequestError */
async function readWrite({ request, response, path, query }: ResourceRequest): Promise<unknown> {
  const { value, repeated } = await readDocument(request, path.kind);
  if (repeated.length === 0) return value;
  const { fieldValidation, warn } = admissionOptions(query, response, optionsKind(request));
  const texts = repeated.map((key) => `duplicate field ${JSON.stringify(key)}`);
  if (fieldValidation === "Strict")
    throw new RequestError(400, undecodable(path.kind.kind, `strict decoding error: ${texts.join(", ")}`));
  if (fieldValidation === "Warn") for (const text of texts) warn(text);
  return value;
}

/** The object as a client can make it: complete, neither in deletion nor with a status of its own. */
function asNew(object: KubeObject, kind: ResourceKind): KubeObject {
  if (kind.group !== "kubeflow.org") checkStructure(object, kind);
  const { deletionTimestamp: _, deletionGracePeriodSeconds: __, ...metadata } = object.metadata;
  const complete = withDefaults(kind, { ...object, metadata }) as KubeObject & { status?: object };
  if (!kind.statusSubresource) return complete;
  const { status: ___, ...rest } = complete;
  const status = initialStatus(kind, complete);
  return status === undefined ? rest : ({ ...rest, status } as KubeObject);
}

async function admitNew(
  { request, path, query, response }: ResourceRequest,
  { store, admission }: ResourceServices,
  object: KubeObject,
): Promise<KubeObject> {
  const options = optionsKind(request);
  const admissionMode = admissionOptions(query, response, options);
  checkUnknownFields(object, path.kind, admissionMode);
  const admitted = await admission.create(path.kind, object, admissionMode);
  checkStructure(admitted, path.kind);
  refuse(admitted, [...contentProblems(path.kind, admitted), ...creationProblems(path.kind, admitted)]);
  return store.create(path.kind, pruned(admitted, path.kind), writeOptions(query, options));
}

export async function update(context: ResourceRequest, services: ResourceServices): Promise<void> {
  const { request, response, path } = context;
  const key = keyOfPath(path);
  const object = checkedObject(await readWrite(context), path.kind);
  placeInNamespace(object, path);
  requireSameName(object, key);
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
  const isApply = type === "application/apply-patch+yaml";
  const change = isApply ? undefined : patchOf(type, path.kind);
  const body = await readWrite(context);
  if (change === undefined) return apply(context, services, key, body);
  if (context.query.has("force"))
    throw invalidOption("PatchOptions", {
      path: "force",
      reason: "FieldValueForbidden",
      problem: "may not be specified for non-apply patch",
    });
  let isPinned = false;
  const stored = await retried(
    () => isPinned,
    async () => {
      const old = await services.store.get(path.kind, key);
      if (old === undefined) throw notFound(path.kind, key);
      const object = patchedObject(change(old, body), path.kind);
      placeInNamespace(object, path);
      requireSameName(object, key);
      requireSameUid(object, old);
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
  const complete = completed(context, old, object);
  const managedFields = afterUpdate(fieldWrite(context, "Update"), old, pruned(complete, context.path.kind));
  return admitChanged(context, services, old, withManagers(complete, managedFields));
}

/** With defaults, unless the old object has none either: then a controller of ours made it, and they would be changes that nobody asked for. */
function completed({ request, path }: ResourceRequest, old: KubeObject, object: KubeObject): KubeObject {
  if (path.subresource !== undefined) return object;
  checkStructure(object, path.kind, request.method === "PATCH");
  return sameJson(withDefaults(path.kind, old), old) ? withDefaults(path.kind, object) : object;
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
  if (typeof body === "object" && body !== null) requireType(body, path.kind);
  const config = checkedObject(body, path.kind);
  placeInNamespace(config, path);
  config.metadata.name ||= key.name;
  requireSameName(config, key);
  if (config.metadata.managedFields !== undefined && config.metadata.managedFields !== null)
    throw new RequestError(400, "metadata.managedFields must be nil");
  checkApplied(config, path.kind);
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
  // What has been checked against built-in types is taken as it is: an empty map is spoken of too.
  const spoken = path.kind.group === "kubeflow.org" ? pruned(config, path.kind) : config;
  const next = afterApply(fieldWrite(context, "Apply"), old, spoken, isTrue(query.get("force")));
  if (old === undefined) {
    if (config.metadata.resourceVersion || config.metadata.uid)
      throw new ConflictError(path.kind.plural, config.metadata.name, "there is no such object with a version or uid");
    return admitNew(context, services, asNew(next, path.kind));
  }
  next.metadata.resourceVersion = config.metadata.resourceVersion || old.metadata.resourceVersion || "";
  return admitChanged(context, services, old, completed(context, old, next));
}

async function admitChanged(
  { request, path, query, response }: ResourceRequest,
  { store, admission }: ResourceServices,
  old: KubeObject,
  object: KubeObject,
): Promise<KubeObject> {
  const options = optionsKind(request);
  checkStructure(object, path.kind, request.method === "PATCH");
  if (path.subresource === "status")
    return store.updateStatus(path.kind, pruned(object, path.kind), writeOptions(query, options));
  const admissionMode = admissionOptions(query, response, options);
  checkUnknownFields(object, path.kind, admissionMode);
  const admitted = await admission.update(path.kind, old, object, admissionMode);
  refuse(admitted, [
    ...contentProblems(path.kind, admitted),
    ...changeProblems(path.kind, old, pruned(admitted, path.kind)),
  ]);
  return store.update(path.kind, pruned(admitted, path.kind), writeOptions(query, options));
}

function refuse({ kind, metadata }: KubeObject, problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw new InvalidObjectError(kind, metadata.name ?? "", problems);
}

/** What is applied says itself what it is. */
function requireType(body: object, kind: ResourceKind): void {
  const { apiVersion, kind: name } = body as Partial<KubeObject>;
  if (!apiVersion || !name)
    throw new RequestError(
      400,
      `invalid object type: ${apiVersion ?? ""}, Kind=${name ?? ""}; expected ${apiVersionOf(kind)}, Kind=${kind.kind}`,
    );
}

/** An empty list of managers says something: that they are forgotten. */
function pruned(object: KubeObject, kind: ResourceKind): KubeObject {
  const { metadata, ...rest } = prune(object, kindSchema(kind)) as KubeObject;
  const { managedFields } = object.metadata;
  return { ...rest, metadata: { ...metadata, ...(managedFields && { managedFields }) } };
}

function requireSameName({ metadata }: KubeObject, { name }: ObjectKey): void {
  if (!metadata.name)
    throw new RequestError(
      400,
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    );
  if (metadata.name !== name)
    throw new RequestError(
      400,
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
}

/** A patch that makes no object of the kind is invalid, however well it can be read. @throws RequestError 422 */
function patchedObject(result: unknown, kind: ResourceKind): KubeObject {
  try {
    return checkedObject(result, kind);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const { message } = error;
    throw new RequestError(422, message, { causes: [{ reason: "FieldValueInvalid", message, field: "patch" }] });
  }
}

function requireSameUid({ kind, metadata }: KubeObject, old: KubeObject): void {
  if (!metadata.uid || metadata.uid === old.metadata.uid) return;
  const problem = { path: "metadata.uid", reason: "FieldValueInvalid", problem: "field is immutable" } as const;
  throw new InvalidObjectError(kind, metadata.name, [{ ...problem, value: metadata.uid }]);
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
