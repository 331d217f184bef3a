import { randomSource } from "../fidelity/configuration-source.ts";
import {
  CHECKPOINTS,
  checkpointProblems,
  ETA,
  etaOf,
  RESOURCE_NAME,
  resourceParameter,
} from "../fidelity/fidelity-settings.ts";
import { HalvingSampler } from "../fidelity/halving-sampler.ts";
import { resourceLevels } from "../fidelity/resource-levels.ts";
import { resourceProblems, resourceSpace, withParameter } from "../fidelity/resource-space.ts";
import type { Algorithm, SamplerOptions } from "../sampler.ts";
import { RANDOM_STATE } from "../settings.ts";
import { hyperbandBracket } from "./hyperband-brackets.ts";

/**
 * All brackets of successive halving, from many short trials to few long ones. Settings as Katib's (behaviour 6.9), where only the first rung ever ran. It ends after
 * one pass through the brackets, as there, unless maxTrialCount leaves room for more.
 */
export const hyperband: Algorithm = {
  name: "hyperband",
  summary: "successive halving in brackets that begin with ever longer trials, without waiting for any",
  source: "Li et al. (2018), Hyperband, JMLR 18; asynchronous as in Li et al. (2020), MLSys",
  settings: [
    {
      name: "r_l",
      type: "float",
      required: true,
      min: 0,
      exclusiveMin: true,
      description:
        "Resource of the longest trials, R in the paper; it may be above the range of the resource parameter.",
    },
    RESOURCE_NAME,
    ETA,
    CHECKPOINTS,
    RANDOM_STATE,
  ],
  supports: { conditions: true, constraints: true, outcomeConstraints: true, initialPoints: true, warmStart: true },
  adapt: widened,
  check: ({ space, settings }) => {
    const problems = resourceProblems(space, settings.resource_name ?? "", RESOURCE_NAME.name);
    return problems.length > 0 ? problems : [...rangeProblems({ space, settings }), ...checkpointProblems(settings)];
  },
  create(options) {
    const { settings, budget } = options;
    const resources = resourceSpace(options.space, settings.resource_name ?? "");
    const eta = etaOf(settings);
    const [min, max] = rangeOf(resources.parameter.min, settings);
    const levels = resourceLevels(resources.parameter, min, max, eta);
    const isEndless = budget?.maxTrials !== undefined;
    return new HalvingSampler(options, {
      name: "hyperband",
      fidelity: { resources, eta, levels },
      bracket: (index) => (isEndless || index < levels.length ? hyperbandBracket(levels, eta, index) : undefined),
      source: randomSource(resources.configurations),
    });
  },
};

/**
 * Least and largest resource. Katib counts from 1 whatever the parameter's range; here its least value is respected, unless it is no resource or above r_l.
 */
function rangeOf(least: number, { r_l }: SamplerOptions["settings"]): [min: number, max: number] {
  const max = Number(r_l);
  return [least > 0 && least <= max ? least : Math.min(1, max), max];
}

/** Katib's resource goes up to r_l whatever the parameter's range (behaviour 6.9): the range is widened to hold it. */
function widened(space: SamplerOptions["space"], settings: SamplerOptions["settings"]): SamplerOptions["space"] {
  const parameter = resourceParameter(space, settings.resource_name);
  if (parameter === undefined || !(Number(settings.r_l) > 0)) return space;
  const [min, max] = rangeOf(parameter.min, settings);
  if (min >= parameter.min && max <= parameter.max) return space;
  const { step: _, ...rest } = parameter;
  const whole = parameter.type === "int" ? Math.floor : (value: number) => value;
  return withParameter(space, {
    ...rest,
    distribution: "uniform",
    min: whole(Math.min(min, parameter.min)),
    max: whole(Math.max(max, parameter.max)),
  });
}

function rangeProblems({ space, settings }: Pick<SamplerOptions, "space" | "settings">): string[] {
  const parameter = resourceParameter(space, settings.resource_name);
  if (parameter === undefined || parameter.type !== "int" || Number(settings.r_l) >= 1) return [];
  return [`r_l: must be at least 1 for the int parameter ${parameter.name}, found ${settings.r_l}`];
}
