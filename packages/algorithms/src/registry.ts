import { asha } from "./asha/asha.ts";
import { auto } from "./auto/auto.ts";
import { bayesianoptimization } from "./bayesian-optimization/bayesian-optimization.ts";
import { bohb } from "./bohb/bohb.ts";
import { cmaes } from "./cmaes/cmaes.ts";
import { dehb } from "./dehb/dehb.ts";
import { evolution } from "./evolution/evolution.ts";
import { gp } from "./gp/gp.ts";
import { grid } from "./grid/grid.ts";
import { hyperband } from "./hyperband/hyperband.ts";
import { nsga2 } from "./nsga2/nsga2.ts";
import { pbt } from "./pbt/pbt.ts";
import { random } from "./random/random.ts";
import type { Algorithm, SamplerOptions } from "./sampler.ts";
import { sobol } from "./sobol/sobol.ts";
import { multivariateTpe, tpe } from "./tpe/tpe.ts";
import { turbo } from "./turbo/turbo.ts";

/** Every search algorithm users can name. */
export const ALGORITHMS: readonly Algorithm[] = [
  auto,
  random,
  grid,
  sobol,
  cmaes,
  hyperband,
  asha,
  bohb,
  dehb,
  pbt,
  tpe,
  multivariateTpe,
  evolution,
  nsga2,
  gp,
  turbo,
  bayesianoptimization,
];

export function findAlgorithm(name: string): Algorithm | undefined {
  return ALGORITHMS.find((algorithm) => algorithm.name === name);
}

/** What an experiment asks of an algorithm that it cannot do, in words; none when it fits. */
export function unsupportedFeatures(
  { name, supports }: Algorithm,
  { space, directions, constraints = 0, initialPoints = [] }: Omit<SamplerOptions, "seed" | "state" | "settings">,
  warmStart = false,
): string[] {
  const others = (feature: keyof Algorithm["supports"]) =>
    `; algorithms that can: ${ALGORITHMS.filter((one) => one.supports[feature] === true)
      .map((one) => one.name)
      .join(", ")}`;
  const asks: [boolean, keyof Algorithm["supports"], string][] = [
    [
      space.parameters.some(({ activeWhen }) => activeWhen !== undefined),
      "conditions",
      "conditional parameters (activeWhen)",
    ],
    [space.constraints.length > 0, "constraints", "parameterConstraints"],
    [constraints > 0, "outcomeConstraints", "objective.constraints"],
    [directions.length > 1, "multiObjective", "additionalObjectives"],
    [warmStart, "warmStart", "warmStart"],
    [initialPoints.length > 0, "initialPoints", "initialTrials"],
  ];
  return asks
    .filter(([asked, feature]) => asked && supports[feature] !== true)
    .map(([, feature, text]) => `${name} does not support ${text}${others(feature)}`);
}
