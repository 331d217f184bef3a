import { listed, type Trial } from "@qalam/api";
import { wantedMetrics } from "@qalam/collectors";
import type { ObservationQuery, ObservationRow } from "@qalam/store";
import { CommandError, EXIT } from "../command-error.ts";
import { csvLine } from "../format/csv.ts";
import { metricView, PLOT_LINES } from "../format/metric-view.ts";
import { PlotData } from "../format/plot-series.ts";
import type { Home } from "../home/home.ts";
import { canRedraw, print, sizeOf, type Terminal } from "../terminal.ts";
import { interruptible } from "./interrupt.ts";

const FRAME_MS = 100;

export interface FollowOptions {
  readonly output: string;
  /** All by default. */
  readonly metrics: readonly string[] | undefined;
  readonly query: ObservationQuery;
}

/** Plots are redrawn in place on a terminal; everything else is rows as they come. */
export async function followMetrics(
  home: Home,
  trial: Trial,
  { output, metrics, query }: FollowOptions,
  terminal: Terminal,
): Promise<void> {
  const { namespace = "", name } = trial.metadata;
  const wanted = metrics === undefined ? undefined : new Set(metrics);
  const show =
    output === "plot" && canRedraw(terminal) ? await livePlot(trial, terminal) : rowPrinter(output, terminal);
  const seen = new Set<string>();
  try {
    await interruptible(async (signal) => {
      for await (const rows of home.observations.follow({ namespace, name }, query, signal)) {
        for (const { metric } of rows) seen.add(metric);
        show.add(wanted === undefined ? rows : rows.filter(({ metric }) => wanted.has(metric)));
      }
      if (!signal.aborted) checkSeen(name, metrics, seen);
    });
  } finally {
    show.close();
  }
}

/** @throws CommandError when a trial has ended without any metric, or without one that was asked for by name */
function checkSeen(trial: string, wanted: readonly string[] | undefined, seen: ReadonlySet<string>): void {
  const absent = wanted?.find((metric) => !seen.has(metric));
  if (absent === undefined && seen.size > 0) return;
  const what =
    absent === undefined ? "has no metrics" : `has no metric "${absent}"; it has ${listed([...seen]) || "none"}`;
  throw new CommandError(`trial ${trial} ${what}`, EXIT.failed);
}

interface RowView {
  add(rows: readonly ObservationRow[]): void;
  close(): void;
}

function rowPrinter(output: string, terminal: Terminal): RowView {
  if (output === "csv") print(terminal, "time,step,metric,value");
  return {
    add(rows) {
      for (const row of rows) {
        if (output === "json") print(terminal, JSON.stringify(row));
        else if (output === "csv") print(terminal, csvLine([row.time, String(row.step ?? ""), row.metric, row.value]));
        else
          print(terminal, `${row.time} ${row.step === undefined ? "" : `step=${row.step} `}${row.metric}=${row.value}`);
      }
    },
    close: () => {},
  };
}

async function livePlot(trial: Trial, terminal: Terminal): Promise<RowView> {
  const { createLogUpdate } = await import("log-update");
  const draw = createLogUpdate(terminal.stdout as NodeJS.WriteStream);
  const data = new PlotData();
  let timer: NodeJS.Timeout | undefined;
  const frame = () => {
    timer = undefined;
    const there = new Set(data.names);
    const names = [...new Set([...wantedMetrics(trial.spec.objective).filter((name) => there.has(name)), ...there])];
    const { columns: width, rows: height } = sizeOf(terminal);
    const fitting = Math.max(1, Math.floor((height - 1) / (PLOT_LINES + 3)));
    draw(metricView(names.slice(0, fitting), data, { width, height: PLOT_LINES }));
  };
  return {
    add(rows) {
      data.add(rows);
      timer ??= setTimeout(frame, FRAME_MS);
    },
    close() {
      clearTimeout(timer);
      frame();
      draw.done();
    },
  };
}
