import { GoPattern } from "./go-pattern.ts";

/** What a user's filter finds in a line that it should have found the metric in; undefined when it finds nothing there. */
export function filterHint(objective: string, filter: string, line: string): string | undefined {
  for (const { groups } of new GoPattern(filter).matches(line)) {
    const [, name = "", value = ""] = groups.map((group) => group?.trim());
    const found = `the filter finds there the name ${JSON.stringify(name)} and the value ${JSON.stringify(value)}`;
    if (value === objective) return `${found}: its first group must hold the name, its second the value`;
    if (name !== objective)
      return `${found}; the objective is ${objective}: print that name, or change objectiveMetricName`;
    if (value === "") return `${found}: its second group must hold the number`;
  }
  return undefined;
}
