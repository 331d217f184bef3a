import type { Scale } from "../quality/scores.ts";
import { regretChart } from "../regret-chart.ts";
import type { ClockRow } from "./fidelity-report.ts";
import { meanCurve, TIMES, taskCurves } from "./regret-over-time.ts";

/** Mean normalised regret over virtual time, as an SVG image. */
export function regretPlot(rows: readonly ClockRow[], scale: Scale): string {
  return regretChart({
    title: "Mean normalised regret over virtual time",
    cost: "virtual time, share of the whole",
    costs: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.333, 0.5, 1],
    curves: rows.map(({ name, runs }) => {
      const curve = meanCurve([...taskCurves(runs, scale).values()]);
      return { name, points: [...TIMES].map((time, k) => [time, curve[k] as number]) };
    }),
  });
}
