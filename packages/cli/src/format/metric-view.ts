import { styleText } from "node:util";
import { braillePlot } from "./braille-plot.ts";
import type { PlotData, PlotSeries } from "./plot-series.ts";

/** Of each plot. */
export const PLOT_LINES = 6;
/** Columns are taken from here on, whatever the terminal says. */
const NARROWEST = 20;

/**
 * A plot of each metric: over steps where all its rows have one, else over reports.
 * @param metrics names in the order shown @param height lines of each plot
 */
export function metricView(
  metrics: readonly string[],
  data: PlotData,
  { width, height }: { readonly width: number; readonly height: number },
): string {
  return metrics.map((metric) => metricPlot(metric, data.of(metric), Math.max(NARROWEST, width), height)).join("\n\n");
}

function metricPlot(metric: string, series: PlotSeries | undefined, width: number, height: number): string {
  const name = styleText("bold", metric);
  const latest = series?.latest;
  if (series === undefined || latest === undefined) return `${name}  no value yet`;
  const { areStepped, reports, points } = series;
  const over = areStepped ? `step ${latest.step}` : `${reports} report${reports === 1 ? "" : "s"}`;
  const head = `latest ${latest.value} ${styleText("dim", `(${over}, ${latest.time})`)}`;
  return [`${name}  ${head}`, ...braillePlot(points, { width, height })].join("\n");
}
