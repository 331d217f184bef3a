import type { StoppingRuleFactory } from "../stopping-rule.ts";
import { asha } from "./asha.ts";
import { curve } from "./curve.ts";
import { hyperband } from "./hyperband.ts";
import { medianstop } from "./medianstop.ts";
import { patient } from "./patient.ts";
import { percentile } from "./percentile.ts";
import { threshold } from "./threshold.ts";
import { wilcoxon } from "./wilcoxon.ts";

/** Every early-stopping algorithm users can name. */
export const STOPPING_RULES: readonly StoppingRuleFactory[] = [
  medianstop,
  percentile,
  asha,
  hyperband,
  curve,
  wilcoxon,
  patient,
  threshold,
];

export function findStoppingRule(name: string): StoppingRuleFactory | undefined {
  return STOPPING_RULES.find((rule) => rule.name === name);
}
