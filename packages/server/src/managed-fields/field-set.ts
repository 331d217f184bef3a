/**
 * A set of fields of an object, as a tree like Kubernetes' FieldsV1. The path elements are those of that format: `f:<name>` a member, `k:<json>` a
 * list item by its keys, `v:<json>` an item of a set. Values; never changed once they are handed out.
 */
export interface FieldSet {
  /** The path of this node itself is in the set, not only something below it. */
  readonly self: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

export const EMPTY_SET: FieldSet = { self: false, children: new Map() };
export const LEAF: FieldSet = { self: true, children: new Map() };

export function isEmptySet({ self, children }: FieldSet): boolean {
  return !self && children.size === 0;
}

/** A node with those of the children that are not empty. */
export function fieldSet(self: boolean, children: Iterable<readonly [string, FieldSet]>): FieldSet {
  const kept = new Map<string, FieldSet>();
  for (const [element, set] of children) if (!isEmptySet(set)) kept.set(element, set);
  return { self, children: kept };
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map(a.children);
  for (const [element, set] of b.children) children.set(element, union(children.get(element) ?? EMPTY_SET, set));
  return { self: a.self || b.self, children };
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return combined(a, b, a.self && b.self, intersection);
}

/** What is in `a` and not in `b`; a field of `b` does not take those below it along. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return combined(a, b, a.self && !b.self, difference);
}

function combined(a: FieldSet, b: FieldSet, self: boolean, operation: typeof difference): FieldSet {
  return fieldSet(
    self,
    [...a.children].map(([element, set]) => [element, operation(set, b.children.get(element) ?? EMPTY_SET)]),
  );
}

export function sameSet(a: FieldSet, b: FieldSet): boolean {
  if (a.self !== b.self || a.children.size !== b.children.size) return false;
  for (const [element, set] of a.children) {
    const other = b.children.get(element);
    if (other === undefined || !sameSet(set, other)) return false;
  }
  return true;
}

/** The set with every member above a field of it: removing all of an object's fields removes the object. */
export function withParents(set: FieldSet, element = ""): FieldSet {
  const children = new Map([...set.children].map(([key, below]) => [key, withParents(below, key)] as const));
  return { self: set.self || (element.startsWith("f:") && children.size > 0), children };
}

/** Paths as Kubernetes writes them: `.spec.containers[name="a"].image`. */
export function pathsOf(set: FieldSet, path = ""): string[] {
  const below = [...set.children].flatMap(([element, child]) => pathsOf(child, path + elementText(element)));
  return set.self ? [path, ...below] : below;
}

/** One element of a path, as Kubernetes writes it. */
export function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith("f:")) return `.${rest}`;
  if (element.startsWith("v:")) return `[=${rest}]`;
  if (element.startsWith("i:")) return `[${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
}

/** Kubernetes' FieldsV1 document of a set. */
export function encodeFields(set: FieldSet): Record<string, unknown> {
  const entries = [...set.children].sort(([a], [b]) => (a < b ? -1 : 1));
  const members = entries.map(([element, child]) => [element, encodeFields(child)] as const);
  return Object.fromEntries(set.self && members.length > 0 ? [[".", {}], ...members] : members);
}

const MAX_DEPTH = 200;

/** @throws Error when the document is none */
export function decodeFields(document: unknown, isRoot = true, depth = 0): FieldSet {
  if (typeof document !== "object" || document === null || Array.isArray(document) || depth > MAX_DEPTH)
    throw new Error("expected an object of fields");
  const entries = Object.entries(document);
  const children = entries.filter(([element]) => element !== ".");
  for (const [element] of children)
    if (!/^[fkvi]:/.test(element)) throw new Error(`${JSON.stringify(element.slice(0, 100))} is no path element`);
    else if (/^[kv]:/.test(element)) JSON.parse(element.slice(2));
  return {
    self: !isRoot && (children.length === 0 || children.length < entries.length),
    children: new Map(children.map(([element, below]) => [element, decodeFields(below, false, depth + 1)])),
  };
}
