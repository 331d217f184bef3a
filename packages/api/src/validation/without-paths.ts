import type { FieldProblem } from "../errors.ts";

/** Lists whose items the rules judge one by one even when a field is missing. In other lists a faulty item takes the whole list out. */
const tolerantLists = new Set(["parameters", "trialParameters"]);

/** A copy without the fields of the wrong type and without nulls, which Kubernetes reads as absent, so that the rules can judge the rest. */
export function withoutPaths<T extends object>(object: T, problems: readonly FieldProblem[]): T {
  const copy = withoutNulls(object) as T;
  for (const { path } of problems) remove(copy, removable(segments(path)));
  return copy;
}

/** The template is somebody else's object: its nulls stay. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, key === "trialSpec" ? structuredClone(item) : withoutNulls(item)]),
  );
}

function removable(path: readonly string[]): readonly string[] {
  const list = path.findIndex((segment, i) => /^\d+$/.test(segment) && !tolerantLists.has(path[i - 1] ?? ""));
  return list === -1 ? path : path.slice(0, list);
}

function segments(path: string): string[] {
  return [...path.matchAll(/[^.[\]]+/g)].map(([segment]) => segment);
}

function remove(root: object, path: readonly string[]): void {
  let parent = root as Record<string, unknown>;
  for (const segment of path.slice(0, -1)) {
    const next = parent[segment];
    if (typeof next !== "object" || next === null) return;
    parent = next as Record<string, unknown>;
  }
  delete parent[path.at(-1) ?? ""];
}
