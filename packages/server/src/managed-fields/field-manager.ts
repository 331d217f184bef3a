import { apiVersionOf, type Json, type KubeObject, type ResourceKind } from "@qalam/api";
import { kindSchema } from "../kind-schemas.ts";
import { RequestError } from "../status-error.ts";
import { ApplyConflictError } from "./apply-conflict.ts";
import {
  difference,
  EMPTY_SET,
  type FieldSet,
  fieldSet,
  intersection,
  isEmptySet,
  LEAF,
  sameSet,
  union,
  withParents,
} from "./field-set.ts";
import { decodeManagers, encodeManagers, type Manager, type Managers, managerId, type Writer } from "./managers.ts";
import { type Comparison, changedFields, compare, fieldsOf, merge, withoutFields } from "./structured-merge.ts";

/** Fields that nobody owns: the server sets them. */
const unowned: FieldSet = tree({
  "f:apiVersion": LEAF,
  "f:kind": LEAF,
  "f:metadata": {
    ...LEAF,
    children: tree({
      "f:name": LEAF,
      "f:namespace": LEAF,
      "f:creationTimestamp": LEAF,
      "f:selfLink": LEAF,
      "f:uid": LEAF,
      "f:clusterName": LEAF,
      "f:generation": LEAF,
      "f:managedFields": LEAF,
      "f:resourceVersion": LEAF,
    }).children,
  },
});

function tree(children: Record<string, FieldSet>): FieldSet {
  return { self: false, children: new Map(Object.entries(children)) };
}

/** A request that writes, and when. */
export interface FieldWrite {
  readonly kind: ResourceKind;
  readonly writer: Writer;
  /** RFC 3339. */
  readonly now: string;
}

/**
 * `metadata.managedFields` after a create, update or patch: the writer owns what it changed, others lose what was changed or removed.
 * @param live undefined when the object is new @param next may bring managed fields of its own, as Kubernetes allows; `[{}]` forgets all
 */
export function afterUpdate(write: FieldWrite, live: KubeObject | undefined, next: KubeObject): Json[] {
  const before = managersOf(next, live);
  if (live !== undefined && before.size === 0) return []; // nobody began, or all was forgotten: an apply begins again
  const comparison = compareOwned(write, live, next);
  const changed = changedFields(comparison);
  const id = managerId(write.writer);
  const own = before.get(id);
  const fields = union(difference(own?.fields ?? EMPTY_SET, comparison.removed), changed);
  const others = [...before].filter(([key]) => key !== id);
  const managers = new Map(
    others.map(([key, manager]) => [key, without(without(manager, changed), comparison.removed)]),
  );
  const time = own !== undefined && sameSet(own.fields, fields) ? own.time : write.now;
  managers.set(id, { ...write.writer, time, fields });
  return encodeManagers(managers);
}

/**
 * Server-side apply: the live object with what the configuration says and without what this manager said before and says no more.
 * @param force takes fields over that others own @throws ApplyConflictError, RequestError 400
 */
export function afterApply(
  write: FieldWrite,
  live: KubeObject | undefined,
  config: KubeObject,
  force: boolean,
): KubeObject {
  const schema = kindSchema(write.kind);
  const base = live ?? emptyObject(write.kind, config);
  const named = strictFields(config, write);
  const spoken = ownable(write, named);
  const before = beginning(write, live, decodeOrNone(base));
  const id = managerId(write.writer);
  const last = before.get(id)?.fields ?? EMPTY_SET;
  const claimed = new Map(before).set(id, { ...write.writer, time: write.now, fields: spoken });
  const owned = [...claimed.values()].reduce((all, { fields }) => union(all, fields), named);
  const dropped = difference(withParents(last), withParents(owned));
  const next = withoutFields(merge(base, placed(config, write, base), schema), dropped, schema) as KubeObject;
  const comparison = compareOwned(write, base, next);
  const others = [...claimed].filter(([key]) => key !== id).map(([, manager]) => manager);
  const changed = changedFields(comparison);
  const conflicts = others
    .map((manager) => ({ ...manager, fields: intersection(manager.fields, changed) }))
    .filter(({ fields }) => !isEmptySet(fields));
  if (conflicts.length > 0 && !force) throw new ApplyConflictError(conflicts);
  const after = others.map((manager) => without(without(manager, changed), comparison.removed));
  const time = isUnchanged(comparison) ? before.get(id)?.time : write.now;
  const self: Manager = { ...write.writer, time, fields: spoken };
  const managers = new Map([...after, self].map((manager) => [managerId(manager), manager]));
  return { ...next, metadata: { ...next.metadata, managedFields: encodeManagers(managers, id) } };
}

/** Who owned what before the first apply to an object without managers: one that stands for all of its fields. */
function beginning(write: FieldWrite, live: KubeObject | undefined, before: Managers): Managers {
  if (live === undefined || before.size > 0) return before;
  const writer: Writer = { ...write.writer, name: "before-first-apply", operation: "Update", subresource: "" };
  const fields = changedFields(compareOwned({ ...write, writer }, undefined, live));
  return new Map([[managerId(writer), { ...writer, time: write.now, fields }]]);
}

function isUnchanged({ added, modified, removed }: Comparison): boolean {
  return isEmptySet(added) && isEmptySet(modified) && isEmptySet(removed);
}

/** Fields that nobody owns keep their live values; a request for the object leaves the status alone, one for the status everything else. */
function placed(config: KubeObject, { kind, writer }: FieldWrite, live: KubeObject): object {
  if (writer.subresource === "status") return { status: (config as { status?: unknown }).status ?? {} };
  const { status: _, ...rest } = config as KubeObject & { status?: unknown };
  const metadata = { ...config.metadata, name: live.metadata.name };
  return { ...(kind.statusSubresource ? rest : config), metadata };
}

function emptyObject(kind: ResourceKind, { metadata }: KubeObject): KubeObject {
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { name: metadata.name } };
}

/** Go's types have these members even when they are empty, so that creating an object does not count as adding them. */
function initialObject({ group, kind }: ResourceKind): object {
  if (group === "kubeflow.org") return { metadata: {} };
  return { metadata: {}, spec: {}, status: {}, ...initialMembers[kind] };
}

const emptyPod = { metadata: {}, spec: { containers: [] } };
const initialMembers: Readonly<Record<string, object>> = {
  Pod: emptyPod,
  Job: { spec: { template: emptyPod } },
  PersistentVolumeClaim: { spec: { resources: {} } },
  Event: { involvedObject: {}, source: {} },
};

function compareOwned(write: FieldWrite, live: KubeObject | undefined, next: KubeObject): Comparison {
  const { added, modified, removed } = compare(live ?? initialObject(write.kind), next, kindSchema(write.kind));
  return {
    added: ownable(write, added),
    modified: ownable(write, modified),
    removed: ownable(write, removed),
  };
}

/** Without what the server sets, and without what the request cannot write. */
function ownable({ kind, writer }: FieldWrite, fields: FieldSet): FieldSet {
  const mine = difference(fields, unowned).children;
  if (writer.subresource === "status") return fieldSet(false, [["f:status", mine.get("f:status") ?? EMPTY_SET]]);
  return fieldSet(
    false,
    [...mine].filter(([element]) => !(kind.statusSubresource && element === "f:status")),
  );
}

function without(manager: Manager, fields: FieldSet): Manager {
  return { ...manager, fields: difference(manager.fields, fields) };
}

function strictFields(config: KubeObject, { kind, writer }: FieldWrite): FieldSet {
  try {
    return fieldsOf(config, kindSchema(kind));
  } catch (error) {
    const { namespace = "", name } = config.metadata;
    throw new RequestError(
      400,
      `failed to create typed patch object (${namespace}/${name}; ${writer.apiVersion}, Kind=${kind.kind}): ${(error as Error).message}`,
    );
  }
}

/** The request's own managed fields count when they can be read and are not empty, else the live ones. */
function managersOf({ metadata }: KubeObject, live: KubeObject | undefined): Managers {
  const given = metadata.managedFields;
  if (Array.isArray(given) && given.length === 1 && JSON.stringify(given[0]) === "{}") return new Map();
  if (Array.isArray(given) && given.length > 0)
    try {
      return decodeManagers(given);
    } catch {
      // as in Kubernetes, what cannot be read is ignored
    }
  return live === undefined ? new Map() : decodeOrNone(live);
}

function decodeOrNone({ metadata }: KubeObject): Managers {
  try {
    return decodeManagers(metadata.managedFields);
  } catch {
    return new Map();
  }
}
