import type { SamplerOptions, SettingSpec } from "./sampler.ts";

/** The seed setting that most algorithms share. */
export const RANDOM_STATE: SettingSpec = {
  name: "random_state",
  type: "int",
  min: 0,
  description: "Seed; absent: each experiment has its own.",
};

/** The seed of a sampler: the user's random_state, else the experiment's own. */
export function seedOf({ settings, seed }: Pick<SamplerOptions, "settings" | "seed">): number {
  return settings.random_state === undefined ? seed : Number(settings.random_state);
}

/** What is wrong with one setting. `name` is the setting. */
export interface SettingProblem {
  readonly name: string;
  readonly value?: string;
  readonly problem: string;
  /** A word that is none of the accepted ones; to guess which was meant is left to the caller. */
  readonly unknown?: { readonly word: string; readonly accepted: readonly string[] };
}

/** Checks settings against their declarations: unknown, missing, of the wrong type, out of range. */
export function checkSettings(
  owner: string,
  specs: readonly SettingSpec[],
  settings: readonly { readonly name: string; readonly value: string }[],
): SettingProblem[] {
  const problems: SettingProblem[] = [];
  const seen = new Set<string>();
  for (const { name, value } of settings) {
    const spec = specs.find((one) => one.name === name);
    if (seen.has(name)) problems.push({ name, value, problem: `setting "${name}" is given twice` });
    seen.add(name);
    if (spec === undefined) {
      const accepted = specs.map((one) => one.name);
      problems.push({
        name,
        value,
        problem: `unknown setting "${name}" for algorithm ${owner}${accepted.length === 0 ? ", which has none" : `; accepted: ${accepted.join(", ")}`}`,
        unknown: { word: name, accepted },
      });
      continue;
    }
    const problem = settingProblem(spec, value);
    if (problem !== undefined)
      problems.push({
        name,
        value,
        problem: `${name}: ${problem}`,
        ...(spec.values !== undefined && { unknown: { word: value, accepted: spec.values } }),
      });
  }
  for (const { name, required, description } of specs)
    if (required === true && !seen.has(name))
      problems.push({ name, problem: `setting "${name}" is required: ${description}` });
  return problems;
}

function settingProblem(spec: SettingSpec, value: string): string | undefined {
  if (spec.allowNone === true && /^none$/i.test(value)) return undefined;
  if (spec.values !== undefined && !spec.values.includes(value))
    return `expected one of ${spec.values.join(", ")}, found ${JSON.stringify(value)}`;
  if (spec.type === "bool")
    return /^(true|false)$/i.test(value) ? undefined : `expected true or false, found ${JSON.stringify(value)}`;
  if (spec.type === "string") return undefined;
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number) || (spec.type === "int" && !Number.isInteger(number)))
    return `expected ${spec.type === "int" ? "a whole number" : "a number"}, found ${JSON.stringify(value)}`;
  const low = spec.min !== undefined && (spec.exclusiveMin === true ? number <= spec.min : number < spec.min);
  const high = spec.max !== undefined && (spec.exclusiveMax === true ? number >= spec.max : number > spec.max);
  return low || high ? `must be ${rangeText(spec)}, found ${value}` : undefined;
}

function rangeText({ min, max, exclusiveMin, exclusiveMax }: SettingSpec): string {
  const low = min === undefined ? undefined : `${exclusiveMin === true ? "above" : "at least"} ${min}`;
  const high = max === undefined ? undefined : `${exclusiveMax === true ? "below" : "at most"} ${max}`;
  return [low, high].filter((part) => part !== undefined).join(" and ");
}

/** Settings as a record; later entries win. */
export function settingsRecord(
  settings: readonly { readonly name: string; readonly value: string }[],
): Record<string, string> {
  return Object.fromEntries(settings.map(({ name, value }) => [name, value]));
}
