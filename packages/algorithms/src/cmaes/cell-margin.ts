import { normalCdf, normalQuantile } from "@qalam/numeric";
import type { CovarianceAdaptation } from "./covariance-adaptation.ts";

/**
 * Keeps the probability of leaving the mean's cell at `alpha` or above, so that no whole-number coordinate freezes (Hamano et al. 2022, CMA-ES with Margin,
 * equations 14 to 23): in an outer cell the mean is moved towards its border; between two borders mean and deviation are set so that both sides keep at
 * least α/2.
 */
export function applyMargin(adaptation: CovarianceAdaptation, borders: readonly Float64Array[], alpha: number): void {
  borders.forEach((ascending, i) => {
    if (ascending.length === 0) return;
    const mean = adaptation.mean[i] as number;
    const above = ascending.findIndex((border) => border > mean);
    const upper = above < 0 ? undefined : ascending[above];
    const lower = above < 0 ? ascending[ascending.length - 1] : ascending[above - 1];
    if (lower !== undefined && upper !== undefined) innerMargin(adaptation, i, lower, upper, alpha);
    else outerMargin(adaptation, i, (lower ?? upper) as number, alpha);
  });
}

function outerMargin(adaptation: CovarianceAdaptation, i: number, border: number, alpha: number): void {
  const mean = adaptation.mean[i] as number;
  const reach = adaptation.deviation(i) * -normalQuantile(Math.min(alpha, 0.499));
  if (Math.abs(mean - border) > reach) adaptation.mean[i] = border + Math.sign(mean - border) * reach;
}

function innerMargin(adaptation: CovarianceAdaptation, i: number, lower: number, upper: number, alpha: number): void {
  const mean = adaptation.mean[i] as number;
  const deviation = adaptation.deviation(i);
  const below = normalCdf((lower - mean) / deviation);
  const above = normalCdf((mean - upper) / deviation);
  const half = alpha / 2;
  if (below >= half && above >= half) return;
  const raisedBelow = Math.max(half, below);
  const raisedAbove = Math.max(half, above);
  const inside = 1 - below - above;
  // What was added to one side is taken from everything beyond the margins.
  const surplus = 1 - raisedBelow - raisedAbove - inside;
  const room = raisedBelow + raisedAbove + inside - 3 * half;
  const share = (side: number) => clampSide(side + (surplus / room) * (side - half));
  const toLower = -normalQuantile(share(raisedBelow));
  const toUpper = -normalQuantile(share(raisedAbove));
  adaptation.mean[i] = (lower * toUpper + upper * toLower) / (toLower + toUpper);
  adaptation.widening[i] = ((adaptation.widening[i] as number) * ((upper - lower) / (toLower + toUpper))) / deviation;
}

/** A side's probability such that the mean stays inside the cell. */
function clampSide(probability: number): number {
  return Math.min(0.499, Math.max(1e-12, probability));
}
