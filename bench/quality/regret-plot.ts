import { regretChart } from "../regret-chart.ts";
import { CHECKPOINTS } from "./best-so-far.ts";
import type { Row } from "./report.ts";
import { type Scale, scoreS } from "./scores.ts";

/** Mean normalised regret over evaluations, as an SVG image. */
export function regretPlot(rows: readonly Row[], scale: Scale): string {
  const reached = CHECKPOINTS.filter((n) => rows.some(({ runs }) => runs.some(({ best_at }) => n in best_at)));
  return regretChart({
    title: "Mean normalised regret over evaluations",
    cost: "evaluations",
    costs: reached,
    curves: rows.map(({ name, runs }) => ({
      name,
      points: reached.flatMap((n): [number, number][] => {
        const { mean } = scoreS(runs, scale, n);
        return Number.isNaN(mean) ? [] : [[n, 1 - mean / 100]];
      }),
    })),
  });
}
