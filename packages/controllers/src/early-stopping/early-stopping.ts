import {
  type Experiment,
  isExperimentCompleted,
  isTrialCompleted,
  keyOf,
  type ObjectKey,
  type Trial,
  trialListOf,
} from "@qalam/api";
import { ownerUid } from "@qalam/runtime";
import type { ObservationRow } from "@qalam/store";
import type { ControllerContext } from "../controller-context.ts";
import { objectiveNames } from "../trial/measurement.ts";
import { isDisplaced } from "../trial/stop-reasons.ts";
import { experimentRules } from "./experiment-rules.ts";
import { Race, type RunnerState } from "./race.ts";

/** Rows by identity, in order of arrival. */
type WaitingRows = Map<string, ObservationRow>;

/** A race with the rows that arrived while its past was read from the store. */
interface Started {
  readonly race: Race;
  /** By trial uid; undefined once the past is read. */
  waiting: Map<string, WaitingRows> | undefined;
  loading: Promise<void>;
}

/**
 * Follows the reports of running trials and decides at each which trial should stop, whatever way the metrics come (log, file, push). The histories are in
 * memory; a new server reads them from the store, and makes a decision again that was not stored before the old one died.
 */
export class EarlyStopping {
  readonly #context: ControllerContext;
  readonly #onStop: (trial: ObjectKey) => void;
  readonly #unsubscribe: () => void;
  /** By trial uid; only trials that are not over. */
  readonly #active = new Map<string, ObjectKey>();
  /** By experiment uid; null: the experiment has no rules. */
  readonly #races = new Map<string, Started | null>();
  readonly #decisions = new Map<string, string>();

  /** @param onStop a decision was made: `decisionFor` has it */
  constructor(context: ControllerContext, onStop: (trial: ObjectKey) => void) {
    this.#context = context;
    this.#onStop = onStop;
    this.#unsubscribe = context.observations.subscribe((uid, rows) => this.#reported(uid, rows));
    context.trials.onChange((current, previous) => this.#trialChanged(current, previous));
    context.experiments.onChange((current, previous) => {
      const uid = (current ?? previous)?.metadata.uid ?? "";
      if (current === undefined || isExperimentCompleted(current)) this.#races.delete(uid);
      else if (!this.#races.has(uid)) this.#races.set(uid, this.#start(current, false) ?? null);
    });
  }

  /** Why a trial should stop; undefined when it should go on. */
  decisionFor(trialUid: string): string | undefined {
    return this.#decisions.get(trialUid);
  }

  /** Resolves when no history is being read. */
  async idle(): Promise<void> {
    await Promise.all([...this.#races.values()].map((started) => started?.loading));
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    await this.idle();
  }

  #trialChanged(current: Trial | undefined, previous: Trial | undefined): void {
    const trial = (current ?? previous) as Trial;
    const uid = trial.metadata.uid ?? "";
    const isOver = current === undefined || isTrialCompleted(current);
    if (isOver) {
      this.#active.delete(uid);
      this.#decisions.delete(uid);
    } else this.#active.set(uid, keyOf(trial));
    const race = this.#races.get(ownerUid(trial) ?? "")?.race;
    if (race !== undefined) enter(race, uid, current);
  }

  #reported(uid: string, rows: readonly ObservationRow[]): void {
    const key = this.#active.get(uid);
    const trial = key === undefined ? undefined : this.#context.trials.get(key);
    const started = trial === undefined ? undefined : this.#raceOf(trial);
    if (started === undefined) return;
    if (started.waiting !== undefined) {
      const waiting = started.waiting.get(uid) ?? new Map<string, ObservationRow>();
      for (const row of rows) waiting.set(identity(row), row);
      started.waiting.set(uid, waiting);
      return;
    }
    for (const row of rows) {
      started.race.add(uid, row);
      this.#decide(started.race, uid);
    }
  }

  #decide(race: Race, uid: string): void {
    const key = this.#active.get(uid);
    if (key === undefined || this.#decisions.has(uid)) return;
    const why = race.decide(uid);
    if (why === undefined) return;
    this.#decisions.set(uid, why);
    this.#onStop(key);
  }

  #raceOf(trial: Trial): Started | undefined {
    const uid = ownerUid(trial) ?? "";
    const known = this.#races.get(uid);
    const isAssigned = (trial.spec.earlyStoppingRules?.length ?? 0) > 0;
    if (known !== undefined && (known !== null || !isAssigned)) return known ?? undefined;
    const name = trial.metadata.ownerReferences?.[0]?.name ?? "";
    const experiment = this.#context.experiments.get({ namespace: trial.metadata.namespace ?? "", name });
    if (experiment === undefined || experiment.metadata.uid !== uid || isExperimentCompleted(experiment))
      return undefined;
    const started = this.#start(experiment, isAssigned);
    this.#races.set(uid, started ?? null);
    return started;
  }

  #start({ spec, metadata }: Experiment, isAssigned: boolean): Started | undefined {
    const rules = experimentRules(spec, this.#context.stoppingRules);
    const hasRules = rules.some(({ length }) => length > 0);
    if (!hasRules && !isAssigned) return undefined;
    const race = new Race(hasRules ? rules : [], spec.objective ?? {});
    const trials = [...this.#context.trials.indexed(metadata.uid ?? "").values()];
    for (const trial of trials) enter(race, trial.metadata.uid ?? "", trial);
    const started: Started = { race, waiting: new Map(), loading: Promise.resolve() };
    const metrics = hasRules && !isAssigned ? objectiveNames(spec.objective ?? {}) : [undefined];
    started.loading = this.#load(started, trials, metrics).catch((error: Error) => {
      this.#races.delete(metadata.uid ?? ""); // the next report tries again
      this.#context.onError("early-stopping", metadata.name, error, 1);
    });
    return started;
  }

  /** Reads what was reported before, trial by trial and as a stream; rows that arrive meanwhile may be among it and count once. */
  async #load(started: Started, trials: readonly Trial[], metrics: readonly (string | undefined)[]): Promise<void> {
    const { race, waiting = new Map<string, WaitingRows>() } = started;
    for (const { metadata } of trials)
      for (const metric of metrics) {
        const uid = metadata.uid ?? "";
        for await (const rows of this.#context.observations.portions(uid, metric === undefined ? {} : { metric }))
          for (const row of rows) if (waiting.get(uid)?.has(identity(row)) !== true) race.add(uid, row);
      }
    started.waiting = undefined;
    for (const [uid, rows] of waiting) for (const row of rows.values()) race.add(uid, row);
    const uids = trials.map(({ metadata }) => metadata.uid ?? "");
    for (const uid of new Set([...uids, ...waiting.keys()])) this.#decide(race, uid);
  }
}

const states: Partial<Record<ReturnType<typeof trialListOf>, RunnerState>> = {
  pending: "running",
  running: "running",
  succeeded: "succeeded",
  earlyStopped: "early-stopped",
};

/** A trial that is gone or will run again takes no part. */
function enter(race: Race, uid: string, trial: Trial | undefined): void {
  if (trial === undefined || isDisplaced(trial)) race.remove(uid);
  else race.setTrial(uid, states[trialListOf(trial)] ?? "failed", trial.spec.earlyStoppingRules);
}

function identity({ source, sequence, metric }: ObservationRow): string {
  return `${sequence} ${source} ${metric}`;
}
