import type { Answer } from "./exchange.ts";

/**
 * What two correct servers say differently, taken out before comparing. Only the value goes: a field that one side lacks, or has empty, is a difference.
 *
 * | mask | why |
 * | --- | --- |
 * | times, ages | two servers, two moments |
 * | uids | random |
 * | resource versions, continue tokens | opaque by contract |
 * | the random end of generated names | random |
 * | hashes of OpenAPI documents | they name a content |
 * | the order of field managers | by the second of their last write |
 * | the order of causes | Go's maps have none |
 * | uids and versions inside messages | as above |
 * | kinds of a cluster that Qalam does not serve (`servedOnly`) | Qalam serves what experiments need |
 */
const opaque: ReadonlySet<string> = new Set([
  "uid",
  "resourceVersion",
  "continue",
  "creationTimestamp",
  "deletionTimestamp",
  "lastTransitionTime",
  "time",
  "startTime",
]);
const uuid = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const versionInText =
  /(resource version:? |resourceVersion: |ResourceVersion in precondition: |ResourceVersion in object meta: )"?\d+"?(?: \(\d+\))?/g;

/** The answer with everything replaced that no two servers have in common. */
export function masked({ status, headers, body }: Answer): Answer {
  return { status, headers, body: maskedValue(body, "") };
}

function maskedValue(value: unknown, key: string): unknown {
  if (typeof value === "string") return maskedText(value, key);
  if (Array.isArray(value)) return value.map((item) => maskedValue(item, ""));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, maskedValue(member, name)]));
  if (Array.isArray(members.causes)) members.causes.sort((a: Cause, b: Cause) => (placeOf(a) < placeOf(b) ? -1 : 1));
  if (Array.isArray(members.managedFields))
    members.managedFields.sort((a, b) => (managerOf(a) < managerOf(b) ? -1 : 1));
  const { name, generateName } = members as { name?: unknown; generateName?: unknown };
  const isGenerated = typeof name === "string" && typeof generateName === "string" && name.startsWith(generateName);
  if (isGenerated) members.name = generateName + name.slice(generateName.length).replace(/[a-z0-9]/g, "?");
  return members;
}

interface Cause {
  readonly field?: string;
  readonly reason?: string;
}

function placeOf({ field, reason }: Cause): string {
  return `${field} ${reason}`;
}

function managerOf({ operation, subresource, manager }: Readonly<Record<string, string>>): string {
  return [operation, subresource, manager].join(" ");
}

function maskedText(text: string, key: string): string {
  if (opaque.has(key) && text !== "") return `<${key}>`;
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) && key === "") return "<time>"; // a cell of a table
  if (/^\d+[smhd](\d+[smh])?$/.test(text) && key === "") return "<age>";
  return text
    .replace(uuid, "<uid>")
    .replace(versionInText, "$1<version>")
    .replace(/current: \d+$/, "current: <version>")
    .replace(/hash=[0-9A-F]+$/, "hash=<hash>");
}
