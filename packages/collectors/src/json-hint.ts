import { parseJsonObject } from "./json-object.ts";

/** What to change so that a line gives its metric to a collector of JSON lines; undefined when the line does not tell. */
export function jsonHint(objective: string, line: string): string | undefined {
  const object = parseJsonObject(line);
  const wanted = (value: unknown) => `{${JSON.stringify(objective)}: ${JSON.stringify(value)}}`;
  if (object === undefined) {
    if (/\}\s*\{/.test(line)) return "write one object per line";
    if (line.trimStart().startsWith("{")) return undefined;
    return `this is no JSON: write ${wanted(0.5)}, or set source.fileSystemPath.format to TEXT`;
  }
  if (Object.hasOwn(object, objective))
    return `saw ${shown(objective, object[objective])}: a number is expected, such as ${wanted(0.5)}`;
  const alike = Object.keys(object).find((key) => letters(key) === letters(objective));
  if (alike !== undefined)
    return `saw ${shown(alike, object[alike])}; the objective is ${objective}: write ${wanted(object[alike])}, or change objectiveMetricName`;
  for (const [outer, value] of Object.entries(object))
    if (isObject(value) && Object.hasOwn(value, objective))
      return `saw ${JSON.stringify(objective)} inside ${JSON.stringify(outer)}: write it at the top, ${wanted(value[objective])}`;
  return undefined;
}

function shown(key: string, value: unknown): string {
  return `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
}

function letters(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
