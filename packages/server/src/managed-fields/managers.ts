import type { Json } from "@qalam/api";
import { decodeFields, EMPTY_SET, encodeFields, type FieldSet, isEmptySet, union } from "./field-set.ts";

/** Who owns which fields of an object, and through which kind of request: one entry of `metadata.managedFields`. */
export interface Manager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  /** When its fields last changed, RFC 3339. */
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

export type Managers = ReadonlyMap<string, Manager>;
/** A writer, without what it owns. */
export type Writer = Omit<Manager, "fields" | "time">;

/** Tells entries apart as Kubernetes does: one per appliers' name, one per name and version of updaters. */
export function managerId({ name, operation, apiVersion, subresource }: Writer): string {
  return JSON.stringify([name, operation, operation === "Apply" ? "" : apiVersion, subresource]);
}

/** @throws Error that says what an entry lacks */
export function decodeManagers(entries: readonly Json[] | undefined): Managers {
  if (entries === undefined) return new Map();
  if (!Array.isArray(entries)) throw new Error("managedFields must be a list");
  const managers = entries.map((entry) => decodeManager((entry ?? {}) as Record<string, unknown>));
  return new Map(managers.map((manager) => [managerId(manager), manager]));
}

function decodeManager(entry: Record<string, unknown>): Manager {
  const { manager = "", operation, apiVersion, subresource = "", time, fieldsType, fieldsV1 = {} } = entry;
  if (operation !== "Apply" && operation !== "Update")
    throw new Error(`operation: ${JSON.stringify(operation)} is neither "Apply" nor "Update"`);
  if (fieldsType !== "FieldsV1") throw new Error(`fieldsType: ${JSON.stringify(fieldsType)} is not "FieldsV1"`);
  for (const text of [manager, apiVersion, subresource, time ?? ""])
    if (typeof text !== "string") throw new Error("manager, apiVersion, subresource and time must be texts");
  return {
    name: manager as string,
    operation,
    apiVersion: apiVersion as string,
    subresource: subresource as string,
    time: (time ?? undefined) as string | undefined,
    fields: decodeFields(fieldsV1),
  };
}

/** More updaters than this are forgotten, the oldest first: their fields go to one common entry. */
const MAX_UPDATERS = 10;
const FORGOTTEN = "ancient-changes";

/** `metadata.managedFields`; appliers first, then by time and name. Empty without managers. @param applier id of the manager that stays even when it owns nothing */
export function encodeManagers(managers: Managers, applier?: string): Json[] {
  const named = [...managers].filter(([id, { fields }]) => id === applier || !isEmptySet(fields));
  const kept = [...capped(named.map(([, manager]) => manager))];
  return kept.sort(byAge).map(
    ({ name, operation, apiVersion, subresource, time, fields }) =>
      ({
        manager: name,
        operation,
        apiVersion,
        ...(time !== undefined && { time }),
        fieldsType: "FieldsV1",
        fieldsV1: encodeFields(fields),
        ...(subresource !== "" && { subresource }),
      }) as Json,
  );
}

function byAge(a: Manager, b: Manager): number {
  const key = ({ operation, time = "", name, apiVersion, subresource }: Manager) =>
    [operation, time, name, apiVersion, subresource].join("\u0000");
  return key(a) < key(b) ? -1 : 1;
}

function capped(managers: readonly Manager[]): readonly Manager[] {
  const updaters = managers.filter(({ operation }) => operation === "Update").sort(byAge);
  if (updaters.length <= MAX_UPDATERS) return managers;
  const old = updaters.slice(0, updaters.length - MAX_UPDATERS + 1);
  const newest = old.at(-1) as Manager;
  const fields = old.reduce((all, one) => union(all, one.fields), EMPTY_SET);
  return [...managers.filter((one) => !old.includes(one)), { ...newest, name: FORGOTTEN, subresource: "", fields }];
}
