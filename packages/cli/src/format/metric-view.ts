import { styleText } from "node:util";
import { parseGoFloat } from "@qalam/api";
import type { ObservationRow } from "@qalam/store";
import { braillePlot } from "./braille-plot.ts";

/** Of each plot. */
export const PLOT_LINES = 6;
/** Where no terminal says. */
export const DEFAULT_COLUMNS = 80;
/** Columns are taken from here on, whatever the terminal says. */
const NARROWEST = 20;

/**
 * A plot of each metric: over steps where all its rows have one, else over reports.
 * @param metrics names in the order shown @param height lines of each plot
 */
export function metricView(
  metrics: readonly string[],
  rows: readonly ObservationRow[],
  { width, height }: { readonly width: number; readonly height: number },
): string {
  return metrics
    .map((metric) =>
      metricPlot(
        metric,
        rows.filter((row) => row.metric === metric),
        Math.max(NARROWEST, width),
        height,
      ),
    )
    .join("\n\n");
}

function metricPlot(metric: string, rows: readonly ObservationRow[], width: number, height: number): string {
  const areStepped = rows.every(({ step }) => step !== undefined);
  const points = rows.map(({ step, value }, i) => ({
    x: areStepped ? (step ?? 0) : i + 1,
    y: parseGoFloat(value) ?? Number.NaN,
  }));
  const latest = rows.at(-1);
  const over = areStepped ? `step ${latest?.step}` : `${rows.length} report${rows.length === 1 ? "" : "s"}`;
  const head =
    latest === undefined ? "no value yet" : `latest ${latest.value} ${styleText("dim", `(${over}, ${latest.time})`)}`;
  return [`${styleText("bold", metric)}  ${head}`, ...braillePlot(points, { width, height })].join("\n");
}
