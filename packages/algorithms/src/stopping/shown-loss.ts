import type { Direction } from "../sampler.ts";

/** A loss as the user measured it, to six digits. NaN is kept as the greatest loss there is. */
export function shownLoss(loss: number, direction: Direction): string {
  const sign = direction === "maximize" ? -1 : 1;
  if (Number.isFinite(loss)) return String(Number((sign * loss).toPrecision(6)) + 0);
  const infinity = sign * loss > 0 ? "infinity" : "-infinity";
  return loss > 0 ? `nan or ${infinity}` : infinity;
}
