import type { Experiment, Trial } from "@qalam/api";
import { objectiveValue } from "@qalam/api";
import type { Home } from "../home/home.ts";
import { print, say, sizeOf, type Terminal } from "../terminal.ts";
import { EventLines } from "./event-lines.ts";
import { experimentProgress } from "./experiment-progress.ts";
import type { ExperimentListener } from "./follow-experiments.ts";
import { liveView } from "./live-view.ts";

/** Shows a run while it goes on. */
export interface RunReporter extends ExperimentListener {
  /** Takes what is shown off the screen, so that other lines may follow. */
  close(): Promise<void>;
}

/** One line per event: for pipes, logs and CI; trials that ended before are no event. With `json`, the resource itself, of those too. */
export function lineReporter(
  terminal: Terminal,
  format: "text" | "json",
  clock: () => Date = () => new Date(),
): RunReporter {
  const lines = new EventLines();
  const start = Math.floor(clock().getTime() / 1000) * 1000;
  const show = (line: string) => say(terminal, `${clock().toISOString().slice(11, 19)} ${line}`);
  return {
    trial(trial) {
      const line = lines.trial(trial);
      if (line === undefined) return;
      if (format === "json") print(terminal, JSON.stringify(trial));
      else if (!(Date.parse(trial.status?.completionTime ?? "") < start)) show(line);
    },
    experiment(experiment) {
      const news = lines.experiment(experiment);
      if (format === "json" && news.length > 0) print(terminal, JSON.stringify(experiment));
      if (format === "text") for (const line of news) show(line);
    },
    close: async () => {},
  };
}

const FRAME_MS = 250;

/** A view redrawn in place: progress, running trials with their latest metric, best so far, times. */
export async function liveReporter(terminal: Terminal, home: Home): Promise<RunReporter> {
  const { createLogUpdate } = await import("log-update");
  const draw = createLogUpdate(terminal.stdout as NodeJS.WriteStream);
  const experiments = new Map<string, Experiment>();
  const trials = new Map<string, Map<string, Trial>>();
  const latest = new Map<string, string>();
  const frame = async () => {
    await refreshLatest(home, trials, latest);
    const { columns, rows: height } = sizeOf(terminal);
    const rows = Math.max(8, Math.floor(height / Math.max(1, experiments.size)) - 1);
    const views = [...experiments.values()].map((experiment) => {
      const own = [...(trials.get(experimentKey(experiment))?.values() ?? [])];
      return liveView(experimentProgress(experiment, own, latest, Date.now()), columns, rows);
    });
    draw(views.join("\n\n"));
  };
  let drawing = Promise.resolve();
  const timer = setInterval(() => {
    drawing = drawing.then(frame).catch(() => {}); // a frame that cannot be drawn is skipped; the commands' own errors are reported by themselves
  }, FRAME_MS);
  return {
    experiment: (experiment) => void experiments.set(experimentKey(experiment), experiment),
    trial(trial) {
      const owner = `${trial.metadata.namespace}/${trial.metadata.ownerReferences?.[0]?.name}`;
      const own = trials.get(owner) ?? new Map<string, Trial>();
      trials.set(owner, own.set(trial.metadata.name, trial));
    },
    async close() {
      clearInterval(timer);
      await drawing;
      await frame();
      draw.done();
    },
  };
}

async function refreshLatest(
  home: Home,
  trials: ReadonlyMap<string, ReadonlyMap<string, Trial>>,
  latest: Map<string, string>,
): Promise<void> {
  const running = [...trials.values()]
    .flatMap((own) => [...own.values()])
    .filter(({ status }) => status?.completionTime == null && status?.conditions?.at(-1)?.type === "Running");
  for (const { metadata, spec } of running) {
    if (metadata.uid === undefined || spec.objective === undefined) continue;
    const metric = (await home.observations.summarize(metadata.uid)).find(
      ({ name }) => name === spec.objective?.objectiveMetricName,
    );
    if (metric !== undefined)
      latest.set(
        metadata.uid,
        `${metric.name}=${objectiveValue([metric], { ...spec.objective, metricStrategies: [{ name: metric.name, value: "latest" }] })}`,
      );
  }
}

function experimentKey({ metadata }: Experiment): string {
  return `${metadata.namespace}/${metadata.name}`;
}
