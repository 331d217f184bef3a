import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLParseError,
} from "yaml";
import type { FieldProblem } from "./errors.ts";
import type { KubeObject } from "./resources/object.ts";
import { repairFoldedQuotes } from "./yaml-repair.ts";
import { goScalarTags } from "./yaml-scalars.ts";

/** A place in a manifest. Line and column count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The text of that line. */
  readonly sourceLine: string;
}

/** One object of a manifest, with the way back to its text. */
export interface ManifestObject {
  readonly object: KubeObject;
  /** Where a field's value stands, or its key (path as in FieldProblem); for a missing one, where its nearest parent stands. */
  locate(path: string, part?: "key" | "value"): Location;
}

/** A manifest that is not YAML or not an object: found before any field can be judged. */
export interface SyntaxProblem extends Omit<FieldProblem, "path"> {
  readonly location: Location;
}

export interface Manifest {
  readonly objects: readonly ManifestObject[];
  readonly problems: readonly SyntaxProblem[];
}

/** Anchors may be expanded this often: enough for any honest manifest, and no bomb. */
const MAX_ALIASES = 100;
/** Manifests are bounded like request bodies. */
const MAX_MANIFEST_BYTES = 3 * 1024 * 1024;
/** Deeper documents are refused before they are walked. */
const MAX_DEPTH = 100;

/** Reads a manifest: one or more YAML documents, or JSON; a `List` is taken apart. Never throws on input. @param file name for messages */
export function parseManifest(source: string, file: string): Manifest {
  const text = repairFoldedQuotes(source);
  const lines = text.split("\n");
  const locationOf = (line: number, column: number): Location => ({
    file,
    line,
    column,
    sourceLine: (lines[line - 1] ?? "").replace(/\r$/, ""),
  });
  const fail = (problem: string, hint: string, location = locationOf(1, 1)): Manifest => ({
    objects: [],
    problems: [{ reason: "FieldValueInvalid", problem, hint, location }],
  });
  if (text.length > MAX_MANIFEST_BYTES)
    return fail(`the manifest has ${text.length} characters`, `split it: at most ${MAX_MANIFEST_BYTES} are read`);
  if (isTooDeep(text))
    return fail(`the manifest nests deeper than ${MAX_DEPTH} levels`, "an Experiment needs far fewer");
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: counter,
    customTags: (tags) => [...goScalarTags, ...tags],
    prettyErrors: false,
    uniqueKeys: true,
    merge: true, // `<<`, which Kubernetes' tools read
  });
  const at = (offset: number) => {
    const { line, col } = counter.linePos(Math.min(offset, Math.max(0, text.length - 1)));
    return locationOf(line, col);
  };
  const read = (Array.isArray(documents) ? documents : []).map((document) =>
    readDocument(document as Document.Parsed, at),
  );
  const objects = read.flatMap((one) => one.objects);
  const problems = read.flatMap((one) => one.problems);
  if (objects.length + problems.length === 0)
    return fail("the manifest is empty", "write at least one object with apiVersion, kind, metadata and spec");
  return { objects, problems };
}

function readDocument(document: Document.Parsed, at: (offset: number) => Location): Manifest {
  if (document.errors.length > 0) {
    return {
      objects: [],
      problems: withoutEchoes(document.errors).map(({ message, pos }) => ({
        reason: "FieldValueInvalid",
        problem: `not valid YAML: ${firstLine(message)}`,
        hint: yamlHint(message),
        location: at(pos[0]),
      })),
    };
  }
  if (document.contents === null || (isScalar(document.contents) && document.contents.source === ""))
    return { objects: [], problems: [] };
  const root = document.contents as Node;
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    return {
      objects: [],
      problems: [
        {
          reason: "FieldValueInvalid",
          problem: (error as Error).message,
          hint: "write the repeated parts out",
          location: at(root.range?.[0] ?? 0),
        },
      ],
    };
  }
  if (!isKubeObject(value)) {
    return {
      objects: [],
      problems: [
        {
          reason: "FieldValueInvalid",
          value,
          problem: "the document is not an object with apiVersion and kind",
          hint: "start it with `apiVersion: kubeflow.org/v1beta1` and `kind: Experiment`",
          location: at(root.range?.[0] ?? 0),
        },
      ],
    };
  }
  if (value.kind === "List" && Array.isArray((value as { items?: unknown }).items)) {
    const items = (value as unknown as { items: KubeObject[] }).items;
    return {
      objects: items.map((object, i) => ({
        object,
        locate: (path, part) => at(offsetOf(root, [`items`, i, ...segments(path)], part)),
      })),
      problems: [],
    };
  }
  return {
    objects: [{ object: value, locate: (path, part) => at(offsetOf(root, segments(path), part)) }],
    problems: [],
  };
}

/** A line that is indented wrongly makes those after it look wrong, and a wrong key its value: the first of them is enough. */
function withoutEchoes(errors: readonly YAMLParseError[]): readonly YAMLParseError[] {
  const indent = errors.findIndex(({ code }) => code === "TAB_AS_INDENT" || code === "BAD_INDENT");
  return errors.filter(
    ({ code, pos }, i) =>
      code === "DUPLICATE_KEY" ||
      ((indent === -1 || i <= indent) && errors.findIndex((other) => other.pos[0] === pos[0]) === i),
  );
}

/** `spec.parameters[0].name`, `metadata.labels[a.b/c]` → the keys and indexes on the way. */
function segments(path: string): (string | number)[] {
  return [...path.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)].map(([, key, index]) =>
    key !== undefined ? key : /^\d+$/.test(index ?? "") ? Number(index) : (index ?? ""),
  );
}

/** Offset of the deepest part of the path that exists: for a text or number its own or its key's, for all else the key's. */
function offsetOf(root: Node, path: readonly (string | number)[], part: "key" | "value" = "value"): number {
  let node: Node | null = root;
  let offset = root.range?.[0] ?? 0;
  for (const segment of path) {
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(segment),
      );
      if (pair === undefined) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value as Node | null;
    } else if (isSeq(node)) {
      const item = node.items[Number(segment)] as Node | undefined;
      if (item === undefined) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else return offset;
  }
  return part === "value" && isScalar(node) && node.range != null ? node.range[0] : offset;
}

function isKubeObject(value: unknown): value is KubeObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { apiVersion, kind } = value as Record<string, unknown>;
  return typeof apiVersion === "string" && typeof kind === "string";
}

/** Counts flow brackets and indentation without parsing, as deep recursion would end the process. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (character === 91 || character === 123) depth += 1;
    else if (character === 93 || character === 125) depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return /^ {400}/m.test(text) || /^(- ?){100}/m.test(text);
}

function firstLine(message: string): string {
  return message.split("\n")[0] ?? message;
}

function yamlHint(message: string): string {
  if (/unique/i.test(message)) return "write each key once";
  if (/indent|column/i.test(message)) return "indent with blanks, the same number for all fields of a level";
  if (/tab/i.test(message)) return "replace tabs by blanks";
  return "check quotes, colons and indentation around here";
}
