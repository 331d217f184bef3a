import {
  type Condition,
  type Experiment,
  isExperimentPaused,
  type Metric,
  objectiveValue,
  type Trial,
  type TrialList,
  trialListOf,
} from "@qalam/api";
import { oneLine } from "../format/one-line.ts";

/** What a person wants to know of a running experiment, worked out of the resources alone. */
export interface ExperimentProgress {
  readonly name: string;
  readonly namespace: string;
  /** Last condition of the experiment: Created, Running, Succeeded … */
  readonly state: string;
  readonly message: string;
  readonly counts: Readonly<Record<TrialList, number>>;
  readonly finished: number;
  /** maxTrialCount, when there is one. */
  readonly total: number | undefined;
  readonly running: readonly RunningTrial[];
  readonly best: BestTrial | undefined;
  /** Milliseconds since the experiment started. */
  readonly elapsed: number;
  /** Milliseconds to go, judged by the pace so far; undefined before the first trial has finished and when the experiment is over. */
  readonly remaining: number | undefined;
}

interface RunningTrial {
  readonly name: string;
  readonly parameters: string;
  readonly latest: string | undefined;
  readonly elapsed: number;
}

interface BestTrial {
  readonly name: string;
  readonly objective: string;
  readonly value: string;
  readonly parameters: string;
}

/** @param latest latest reported objective of a running trial, by trial uid */
export function experimentProgress(
  experiment: Experiment,
  trials: readonly Trial[],
  latest: ReadonlyMap<string, string>,
  now: number,
): ExperimentProgress {
  const counts: Record<TrialList, number> = {
    pending: 0,
    running: 0,
    succeeded: 0,
    failed: 0,
    killed: 0,
    earlyStopped: 0,
    metricsUnavailable: 0,
  };
  const running: RunningTrial[] = [];
  for (const trial of trials) {
    const list = trialListOf(trial);
    counts[list] += 1;
    if (list === "running") running.push(runningTrial(trial, latest.get(trial.metadata.uid ?? ""), now));
  }
  const finished = trials.length - counts.running - counts.pending;
  const started = Date.parse(experiment.status?.startTime ?? experiment.metadata.creationTimestamp ?? "") || now;
  const ended = Date.parse(experiment.status?.completionTime ?? "") || now;
  const total = experiment.spec.maxTrialCount;
  const isOver = experiment.status?.completionTime != null;
  const left = total === undefined || isOver ? undefined : total - finished;
  const last: Condition | undefined = experiment.status?.conditions?.at(-1);
  return {
    name: experiment.metadata.name,
    namespace: experiment.metadata.namespace ?? "default",
    state: isExperimentPaused(experiment) && !isOver ? "Paused" : (last?.type ?? "Submitted"),
    message: last?.message ?? "",
    counts,
    finished,
    total,
    running: running.sort((a, b) => b.elapsed - a.elapsed || a.name.localeCompare(b.name)),
    best: bestTrial(experiment),
    elapsed: ended - started,
    remaining: left === undefined || finished === 0 ? undefined : ((ended - started) / finished) * Math.max(0, left),
  };
}

/** `name=value` pairs in the order of the search space. */
export function parametersOf(assignments: readonly { name: string; value: string }[] | undefined): string {
  return (assignments ?? []).map(({ name, value }) => `${name}=${oneLine(value)}`).join(" ");
}

function runningTrial(trial: Trial, latest: string | undefined, now: number): RunningTrial {
  return {
    name: trial.metadata.name,
    parameters: parametersOf(trial.spec.parameterAssignments),
    latest,
    elapsed: now - (Date.parse(trial.status?.startTime ?? "") || now),
  };
}

function bestTrial(experiment: Experiment): BestTrial | undefined {
  const best = experiment.status?.currentOptimalTrial;
  const objective = experiment.spec.objective;
  if (best?.bestTrialName === undefined || best.bestTrialName === "" || objective?.objectiveMetricName === undefined)
    return undefined;
  return {
    name: best.bestTrialName,
    objective: objective.objectiveMetricName,
    value: objectiveValue(best.observation?.metrics as Metric[] | undefined, objective),
    parameters: parametersOf(best.parameterAssignments),
  };
}
