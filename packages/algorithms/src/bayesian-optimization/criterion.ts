import { logImprovement, logImprovementSlope, logNormalCdf, logNormalPdf } from "@qalam/numeric";

/** What makes a point worth trying, from the mean and deviation that a model predicts there: larger is better. Losses are standardised, smaller is better. */
export interface Criterion {
  value(mean: number, deviation: number): number;
  /** Derivatives by mean and deviation. */
  slopes(mean: number, deviation: number): { readonly byMean: number; readonly byDeviation: number };
}

/** Names as in Katib and scikit-optimize. */
export type CriterionName = "EI" | "PI" | "LCB";
export const CRITERIA: readonly CriterionName[] = ["EI", "LCB", "PI"];

/** Improvements below this do not count (scikit-optimize's xi). */
const MARGIN = 0.01;
/** Deviations that the lower confidence bound lies below the mean (scikit-optimize's kappa). */
const KAPPA = 1.96;

/** @param best least loss so far */
export function criterionOf(name: CriterionName, best: number): Criterion {
  if (name === "LCB") return lowerConfidenceBound;
  return name === "EI" ? expectedImprovement(best - MARGIN) : probabilityOfImprovement(best - MARGIN);
}

const lowerConfidenceBound: Criterion = {
  value: (mean, deviation) => KAPPA * deviation - mean,
  slopes: () => ({ byMean: -1, byDeviation: KAPPA }),
};

/** In logarithms, so that there is a slope where the value itself is nothing (Ament et al. 2023). */
function expectedImprovement(target: number): Criterion {
  return {
    value: (mean, deviation) => logImprovement((target - mean) / deviation) + Math.log(deviation),
    slopes(mean, deviation) {
      const z = (target - mean) / deviation;
      const slope = logImprovementSlope(z, logImprovement(z)) / deviation;
      return { byMean: -slope, byDeviation: 1 / deviation - slope * z };
    },
  };
}

function probabilityOfImprovement(target: number): Criterion {
  return {
    value: (mean, deviation) => logNormalCdf((target - mean) / deviation),
    slopes(mean, deviation) {
      const z = (target - mean) / deviation;
      const slope = Math.exp(logNormalPdf(z) - logNormalCdf(z)) / deviation;
      return { byMean: -slope, byDeviation: -slope * z };
    },
  };
}
