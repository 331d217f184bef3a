/** Members of lists that have a name of their own, in discovery and OpenAPI. */
const identities = ["name", "groupVersion", "resource", "subresource", "version"];

/** Two documents about everything a server has, as trees by name, theirs without what ours does not speak of. */
export function servedParts(ours: unknown, theirs: unknown): [unknown, unknown] {
  const [own, other] = [byName(ours), byName(theirs)];
  return [own, within(own, other)];
}

/** Lists of named things as objects. */
function byName(value: unknown): unknown {
  if (Array.isArray(value)) {
    const names = value.map(nameOf);
    if (names.some((name) => name === undefined)) return value;
    return Object.fromEntries(value.map((item, i) => [`${names[i]}!`, byName(item)]));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, key === "paths" ? namedMembers(member) : byName(member)]),
  );
}

/** Without the named things that `ours` lacks. */
function within(ours: unknown, theirs: unknown): unknown {
  if (!isObject(ours) || !isObject(theirs)) return theirs;
  const kept = Object.entries(theirs).filter(([key]) => !key.endsWith("!") || Object.hasOwn(ours, key));
  return Object.fromEntries(kept.map(([key, member]) => [key, within(ours[key], member)]));
}

/** The index of OpenAPI names what it has by keys. */
function namedMembers(value: object): object {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [`${key}!`, byName(member)]));
}

function nameOf(item: unknown): string | undefined {
  if (!isObject(item)) return undefined;
  const { metadata } = item;
  if (isObject(metadata)) return typeof metadata.name === "string" ? metadata.name : "core";
  return identities.map((key) => item[key]).find((name): name is string => typeof name === "string");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
