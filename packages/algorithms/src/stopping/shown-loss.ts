import type { Direction } from "../sampler.ts";

/** A loss as the user measured it, to six digits. */
export function shownLoss(loss: number, direction: Direction): string {
  const value = direction === "maximize" ? -loss : loss;
  return Number.isFinite(value) ? String(Number(value.toPrecision(6)) + 0) : value > 0 ? "infinity" : "-infinity";
}
