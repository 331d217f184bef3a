import {
  type Experiment,
  hasCondition,
  isExperimentCompleted,
  isTrialCompleted,
  keyOf,
  SUGGESTION,
  type Suggestion,
  type SuggestionStatus,
  type Trial,
  type TrialAssignment,
} from "@qalam/api";
import { commitStatus, keyFrom, ownerUid, textOf, timestampOf, WorkQueue } from "@qalam/runtime";
import type { ControllerContext } from "../controller-context.ts";
import { stoppingProblems } from "../early-stopping/experiment-rules.ts";
import { parentLabel } from "../experiment/checkpoint-annotations.ts";
import { trialName } from "../experiment/new-trial.ts";
import { isDisplaced } from "../trial/stop-reasons.ts";
import { keptAssignments } from "./kept-assignments.ts";
import { LearningCurves } from "./learning-curves.ts";
import type { SuggestionReply } from "./sampler-host.ts";
import { SettingsError } from "./settings-error.ts";
import { failedStatus, mergedSettings, missingAssignments, runningConditions } from "./suggestion-status.ts";
import { TrialFeed } from "./trial-feed.ts";

const COMPONENT = "suggestion-controller";

/** What an experiment's algorithm is told. */
interface History {
  readonly feed: TrialFeed;
  readonly curves: LearningCurves;
  /** So many finished trials have their curves; undefined before those of earlier experiments were read. */
  read: number | undefined;
}

/** Answers `spec.requests` with assignments in the status (Katib behaviour 3.3). */
export class SuggestionController {
  readonly queue: WorkQueue;
  readonly #context: ControllerContext;
  /** By experiment uid, of experiments that were asked for. */
  readonly #histories = new Map<string, History>();

  constructor(context: ControllerContext) {
    this.#context = context;
    this.queue = new WorkQueue({
      process: (key) => this.#reconcile(key),
      clock: context.clock,
      onError: (key, error, attempt) => this.#failed(key, error, attempt),
    });
    context.suggestions.onChange((current, previous) => {
      if (current === undefined) this.#release(ownerUid(previous as Suggestion) ?? "");
      else this.queue.add(textOf(keyOf(current)));
    });
    context.experiments.onChange((current, previous) => {
      if (current === undefined || isExperimentCompleted(current))
        this.#release((current ?? previous)?.metadata.uid ?? "");
      else this.queue.add(textOf(keyOf(current)));
    });
    context.trials.onChange((current, previous) => this.#trialChanged(current, previous));
  }

  async close(): Promise<void> {
    await this.queue.close();
  }

  /** An algorithm that had nothing to suggest may have when a trial ends. */
  #trialChanged(current: Trial | undefined, previous: Trial | undefined): void {
    const trial = (current ?? previous) as Trial;
    const uid = ownerUid(trial) ?? "";
    const feed = this.#histories.get(uid)?.feed;
    if (feed === undefined) return;
    if (!feed.set(trial.metadata.name, current)) this.#release(uid);
    const key = { namespace: trial.metadata.namespace ?? "", name: trial.metadata.ownerReferences?.[0]?.name ?? "" };
    const suggestion = this.#context.suggestions.get(key);
    if (suggestion !== undefined && missingAssignments(suggestion) > 0) this.queue.add(textOf(key));
  }

  #release(experimentUid: string): void {
    if (this.#histories.delete(experimentUid)) this.#context.samplers.forget(experimentUid);
  }

  async #reconcile(key: string): Promise<void> {
    const suggestion = this.#context.suggestions.get(keyFrom(key));
    const experiment = this.#context.experiments.get(keyFrom(key));
    if (suggestion === undefined || experiment === undefined) return;
    if (ownerUid(suggestion) !== experiment.metadata.uid || isExperimentCompleted(experiment)) return;
    if (hasCondition(suggestion.status?.conditions, "Failed") || missingAssignments(suggestion) === 0) return;
    try {
      await this.#answer(suggestion, experiment);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      const status = failedStatus(suggestion, error.message, timestampOf(this.#context.clock));
      await commitStatus(this.#context.store, SUGGESTION, suggestion, status);
    }
  }

  async #answer(suggestion: Suggestion, experiment: Experiment): Promise<void> {
    const { samplers, store, stoppingRules } = this.#context;
    const uid = experiment.metadata.uid ?? "";
    const made = suggestion.status?.suggestionCount ?? 0;
    if (made === 0) this.#checkOnce(experiment, stoppingProblems(experiment.spec, stoppingRules));
    const { feed, curves } = await this.#readHistory(experiment);
    const unused = (suggestion.status?.suggestions ?? []).filter(
      ({ name }) => this.#trial(suggestion, name) === undefined,
    );
    const { pending } = feed;
    const reply = await samplers.ask({
      experiment,
      finished: feed.finished,
      pending,
      unused,
      earlier: () => this.#earlierTrials(experiment),
      curveOf: (trial) => curves.of(trial),
      made,
      state: suggestion.status?.algorithmState,
      algorithmSettings: suggestion.status?.algorithmSettings ?? [],
      count: missingAssignments(suggestion),
    });
    const isStuck = reply.assignments.length === 0 && pending.length + unused.length === 0;
    // Nothing will ever end that it could wait for.
    const exhausted = reply.exhausted || isStuck;
    if (reply.assignments.length === 0 && !exhausted) return;
    const status = this.#statusAfter(suggestion, experiment, { ...reply, exhausted });
    const written = await commitStatus(store, SUGGESTION, suggestion, status).catch((error: Error) => {
      samplers.forget(uid);
      throw error;
    });
    if (written === undefined) samplers.forget(uid);
  }

  /** Assignments and the algorithm's state in one write: a crash loses both or neither. */
  #statusAfter(suggestion: Suggestion, experiment: Experiment, reply: SuggestionReply): SuggestionStatus {
    const { status } = suggestion;
    const now = timestampOf(this.#context.clock);
    const made = status?.suggestionCount ?? 0;
    const added = reply.assignments.map(({ parent, ...assignment }, i): TrialAssignment => {
      const id = assignment.id ?? made + i;
      const labels = parent !== undefined && { [parentLabel(experiment)]: trialName(experiment, parent) };
      return {
        ...assignment,
        name: assignment.name ?? trialName(experiment, id),
        id,
        ...(labels && { labels: { ...assignment.labels, ...labels } }),
      };
    });
    const settings = mergedSettings(status?.algorithmSettings, reply.algorithmSettings);
    const state = reply.state ?? status?.algorithmState;
    return {
      ...status,
      startTime: status?.startTime ?? now,
      suggestionCount: made + added.length,
      suggestions: [
        ...keptAssignments(status?.suggestions ?? [], made, (name) => this.#isOver(this.#trial(suggestion, name))),
        ...added,
      ],
      ...(settings !== undefined && { algorithmSettings: settings }),
      ...(state !== undefined && { algorithmState: state }),
      ...(reply.exhausted && { exhausted: true }),
      conditions: runningConditions(suggestion, now) ?? [],
    };
  }

  #checkOnce(experiment: Experiment, problems: readonly string[]): void {
    if (problems.length > 0) throw new SettingsError(`Validation failed: ${problems.join("; ")}`);
    const { events, experiments } = this.#context;
    for (const name of experiment.spec.warmStart?.experiments ?? [])
      if (experiments.get({ namespace: experiment.metadata.namespace ?? "", name }) === undefined)
        events.record(
          experiment,
          "Warning",
          "WarmStartMissing",
          `spec.warmStart.experiments: found no experiment ${name} in this namespace; it starts without its trials`,
          COMPONENT,
        );
  }

  /** Finished trials of the experiments named by warmStart. */
  #earlierTrials({ spec, metadata }: Experiment): Trial[] {
    return (spec.warmStart?.experiments ?? []).flatMap((name) => {
      const uid = this.#context.experiments.get({ namespace: metadata.namespace ?? "", name })?.metadata.uid;
      if (uid === undefined) return [];
      return [...new TrialFeed(this.#context.trials.indexed(uid).values()).finished];
    });
  }

  /** The history with every curve read, of the trials that ended while others were read too. */
  async #readHistory(experiment: Experiment): Promise<History> {
    for (;;) {
      const history = this.#historyOf(experiment);
      const { feed, curves, read } = history;
      const { length } = feed.finished;
      if (read === length) return history;
      await curves.read(read === undefined ? this.#earlierTrials(experiment) : []);
      await curves.read(feed.finished.slice(read, length));
      history.read = length;
    }
  }

  #historyOf({ metadata, spec }: Experiment): History {
    const uid = metadata.uid ?? "";
    const known = this.#histories.get(uid);
    if (known !== undefined) return known;
    const history = {
      feed: new TrialFeed(this.#context.trials.indexed(uid).values()),
      curves: new LearningCurves(this.#context.observations, spec.objective ?? {}),
      read: undefined,
    };
    this.#histories.set(uid, history);
    return history;
  }

  #trial({ metadata }: Suggestion, name: string): Trial | undefined {
    return this.#context.trials.get({ namespace: metadata.namespace ?? "", name });
  }

  #isOver(trial: Trial | undefined): boolean {
    return trial !== undefined && isTrialCompleted(trial) && !isDisplaced(trial);
  }

  #failed(key: string, error: Error, attempt: number): void {
    const suggestion = this.#context.suggestions.get(keyFrom(key));
    if (suggestion !== undefined)
      this.#context.events.record(suggestion, "Warning", "ReconcileError", error.message, COMPONENT);
    this.#context.onError("suggestion", key, error, attempt);
  }
}
