import type { SamplerOptions, SettingSpec } from "../sampler.ts";
import type { SearchSpace } from "../search-space.ts";
import { resourceLevels } from "./resource-levels.ts";
import { type RangeParameter, type ResourceSpace, resourceProblems, resourceSpace } from "./resource-space.ts";

/** The folder in the training's container that holds the checkpoint of its trial. The caller keeps one for each trial and copies it to trials that go on from it. */
export const CHECKPOINT_SETTING = "suggestion_trial_dir";

export const RESOURCE_NAME: SettingSpec = {
  name: "resource_name",
  type: "string",
  required: true,
  description: "Name of the int or double parameter that says how much a trial may use: epochs, rows, seconds.",
};
export const ETA: SettingSpec = {
  name: "eta",
  type: "float",
  default: "3",
  min: 1,
  exclusiveMin: true,
  description: "One of this many trials goes on, with this many times the resource.",
};
export const CHECKPOINTS: SettingSpec = {
  name: CHECKPOINT_SETTING,
  type: "string",
  description: "Folder in the container for checkpoints: a promoted trial finds that of its shorter run there.",
};
/** How algorithms of our own say the range of the resource. */
export const RESOURCE_RANGE: readonly SettingSpec[] = [
  {
    name: "min_resource",
    type: "float",
    min: 0,
    exclusiveMin: true,
    description: "Resource of the shortest trials; absent: the least value of the resource parameter.",
  },
  {
    name: "max_resource",
    type: "float",
    min: 0,
    exclusiveMin: true,
    description: "Resource of the longest trials; absent: the largest value of the resource parameter.",
  },
];

/** Resource parameter and levels of an algorithm with `RESOURCE_NAME`, `ETA` and `RESOURCE_RANGE`. */
export interface Fidelity {
  readonly resources: ResourceSpace;
  readonly eta: number;
  /** Ascending. */
  readonly levels: readonly number[];
}

/** @param etaSetting says what eta is when the settings do not */
export function fidelityOf(
  { space, settings }: Pick<SamplerOptions, "space" | "settings">,
  etaSetting: SettingSpec = ETA,
): Fidelity {
  const resources = resourceSpace(space, settings.resource_name ?? "");
  const [min, max] = resourceRange(resources.parameter, settings);
  const eta = etaOf(settings, etaSetting);
  return { resources, eta, levels: resourceLevels(resources.parameter, min, max, eta) };
}

export function etaOf({ eta }: SamplerOptions["settings"], spec: SettingSpec = ETA): number {
  return Number(eta ?? spec.default);
}

/** What is wrong with resource parameter and range together. */
export function fidelityProblems({ space, settings }: Pick<SamplerOptions, "space" | "settings">): string[] {
  const name = settings.resource_name ?? "";
  const problems = resourceProblems(space, name, RESOURCE_NAME.name);
  if (problems.length > 0) return problems;
  const parameter = space.parameters.find((one) => one.name === name) as RangeParameter;
  return [...rangeProblems(parameter, settings), ...checkpointProblems(settings)];
}

/** The checkpoint folder must be a path in the container. */
export function checkpointProblems(settings: SamplerOptions["settings"]): string[] {
  const folder = settings[CHECKPOINT_SETTING];
  if (folder === undefined || /^\/+[^/]/.test(folder)) return [];
  return [
    `${CHECKPOINT_SETTING}: expected an absolute folder of the container such as /checkpoints, found "${folder}"`,
  ];
}

function rangeProblems(parameter: RangeParameter, settings: SamplerOptions["settings"]): string[] {
  const { name } = parameter;
  const [min, max] = resourceRange(parameter, settings);
  const outside = (["min_resource", "max_resource"] as const).flatMap((setting) => {
    const value = Number(settings[setting] ?? parameter.min);
    return value >= parameter.min && value <= parameter.max
      ? []
      : [`${setting}: must be within ${name}'s range ${parameter.min} … ${parameter.max}, found ${value}`];
  });
  if (outside.length > 0) return outside;
  if (min <= 0)
    return [
      `the resource must be above 0, but ${name} begins at ${min}: raise feasibleSpace.min or give min_resource (there are as many levels as ${name} can be divided by eta)`,
    ];
  return min > max ? [`min_resource (${min}) must not be above max_resource (${max})`] : [];
}

function resourceRange(parameter: RangeParameter, settings: SamplerOptions["settings"]): [min: number, max: number] {
  return [Number(settings.min_resource ?? parameter.min), Number(settings.max_resource ?? parameter.max)];
}

/** The resource parameter of a space, if it is one that can be the resource. */
export function resourceParameter(space: SearchSpace, name: string | undefined): RangeParameter | undefined {
  if (name === undefined || resourceProblems(space, name, "").length > 0) return undefined;
  return space.parameters.find((one) => one.name === name) as RangeParameter;
}
