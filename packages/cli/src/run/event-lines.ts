import {
  type Experiment,
  isExperimentPaused,
  latestCondition,
  objectiveValue,
  type Trial,
  type TrialList,
  trialListOf,
} from "@qalam/api";
import { oneLine } from "../format/one-line.ts";
import { parametersOf } from "./experiment-progress.ts";

/** Turns changes of resources into one line per event, for logs and pipes. Remembers what it has said, so a repeated event gives no line. */
export class EventLines {
  readonly #trials = new Map<string, TrialList>();
  readonly #best = new Map<string, string>();
  readonly #states = new Map<string, string>();
  readonly #paused = new Set<string>();

  /** The line for a changed trial, if its state is news. */
  trial(trial: Trial): string | undefined {
    const list = trialListOf(trial);
    const known = this.#trials.get(trial.metadata.name);
    this.#trials.set(trial.metadata.name, list);
    if (list === known || list === "pending") return undefined;
    const parameters = parametersOf(trial.spec.parameterAssignments);
    if (list === "running") return `trial ${trial.metadata.name} started  ${parameters}`;
    const condition = latestCondition(trial.status?.conditions);
    const metric = trial.spec.objective?.objectiveMetricName ?? "objective";
    const value =
      trial.spec.objective === undefined
        ? ""
        : objectiveValue(trial.status?.observation?.metrics, trial.spec.objective);
    if (list === "succeeded") return `trial ${trial.metadata.name} succeeded  ${metric}=${value}  ${parameters}`;
    return `trial ${trial.metadata.name} ${stateWords[list]}: ${oneLine(condition?.message ?? "no message")}  ${parameters}`;
  }

  /** The line for a changed experiment: its state, or a new best trial. */
  experiment(experiment: Experiment): string[] {
    const lines: string[] = [];
    const { name } = experiment.metadata;
    const best = experiment.status?.currentOptimalTrial;
    const objective = experiment.spec.objective;
    if (
      best?.bestTrialName !== undefined &&
      objective?.objectiveMetricName !== undefined &&
      this.#best.get(name) !== best.bestTrialName
    ) {
      this.#best.set(name, best.bestTrialName);
      lines.push(
        `best so far ${objective.objectiveMetricName}=${objectiveValue(best.observation?.metrics, objective)}  trial ${best.bestTrialName}`,
      );
    }
    lines.push(...this.#pause(experiment));
    const condition = latestCondition(experiment.status?.conditions);
    if (condition !== undefined && this.#states.get(name) !== condition.type) {
      this.#states.set(name, condition.type);
      lines.push(
        `experiment ${name} ${condition.type.toLowerCase()}${condition.type === "Created" ? "" : `: ${oneLine(condition.message ?? "")}`}`,
      );
    }
    return lines;
  }

  #pause({ metadata }: Experiment): string[] {
    const isPaused = isExperimentPaused({ metadata });
    if (isPaused === this.#paused.has(metadata.name)) return [];
    if (!isPaused) this.#paused.delete(metadata.name);
    else this.#paused.add(metadata.name);
    return isPaused
      ? [`experiment ${metadata.name} paused; go on with: qalam resume ${metadata.name} -n ${metadata.namespace}`]
      : [`experiment ${metadata.name} resumed`];
  }
}

const stateWords: Record<TrialList, string> = {
  pending: "waiting",
  running: "running",
  succeeded: "succeeded",
  failed: "failed",
  killed: "killed",
  earlyStopped: "stopped early",
  metricsUnavailable: "has no metrics",
};
