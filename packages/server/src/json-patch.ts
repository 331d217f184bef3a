import { RequestError } from "./status-error.ts";

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** Applies a JSON Patch (RFC 6902) to a copy. @throws RequestError 422 naming the operation that does not fit, 400 for one that is none */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw new RequestError(400, "a JSON Patch is a list of operations");
  let result = structuredClone(document);
  for (const [i, operation] of (patch as Operation[]).entries()) {
    try {
      result = applyOperation(result, operation);
    } catch (error) {
      throw new RequestError(
        422,
        `operation ${i} (${operation?.op} ${operation?.path}): ${(error as Error).message}`,
        {},
      );
    }
  }
  return result;
}

function applyOperation(document: unknown, { op, path, from, value }: Operation): unknown {
  if (op === "add") return add(document, pointer(path), structuredClone(value));
  if (op === "remove") return remove(document, pointer(path));
  if (op === "replace")
    return add(path === "" ? document : remove(document, pointer(path)), pointer(path), structuredClone(value));
  if (op === "move")
    return add(
      remove(structuredClone(document), pointer(from)),
      pointer(path),
      structuredClone(find(document, pointer(from))),
    );
  if (op === "copy") return add(document, pointer(path), structuredClone(find(document, pointer(from))));
  if (op !== "test") throw new Error(`unknown operation; there are add, remove, replace, move, copy, test`);
  if (JSON.stringify(sorted(find(document, pointer(path)))) !== JSON.stringify(sorted(value)))
    throw new Error("the value is another one");
  return document;
}

function pointer(path: string | undefined): string[] {
  if (typeof path !== "string" || (path !== "" && !path.startsWith("/"))) throw new Error("a path begins with /");
  return path
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function find(document: unknown, path: readonly string[]): unknown {
  let value = document;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key))
      throw new Error(`there is no ${key}`);
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function add(document: unknown, path: readonly string[], value: unknown): unknown {
  const key = path.at(-1);
  if (key === undefined) return value;
  const parent = find(document, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(key === "-" ? parent.length : index(key, parent.length), 0, value);
  else if (typeof parent === "object" && parent !== null)
    Object.defineProperty(parent, key, { value, enumerable: true, writable: true, configurable: true });
  else throw new Error("the parent is neither an object nor a list");
  return document;
}

function remove(document: unknown, path: readonly string[]): unknown {
  const key = path.at(-1) ?? "";
  const parent = find(document, path.slice(0, -1));
  find(parent, [key]);
  if (Array.isArray(parent)) parent.splice(index(key, parent.length - 1), 1);
  else delete (parent as Record<string, unknown>)[key];
  return document;
}

function index(key: string, last: number): number {
  if (!/^(0|[1-9]\d*)$/.test(key) || Number(key) > last) throw new Error(`${key} is not a position of the list`);
  return Number(key);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
