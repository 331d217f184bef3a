import {
  type Experiment,
  keyOf,
  SUGGESTION,
  type Suggestion,
  TRIAL,
  type Trial,
  type TrialAssignment,
} from "@qalam/api";
import { ignoreAlreadyExists, ignoreNotFound, ignoreOutdated } from "@qalam/runtime";
import type { ResourceStore } from "@qalam/store";
import { isSettled, LOWERED_MESSAGE } from "../trial/stop-reasons.ts";
import { newSuggestion } from "./new-suggestion.ts";
import { newTrial } from "./new-trial.ts";
import { planTrials } from "./plan-trials.ts";
import { stopTrials } from "./stop-trials.ts";
import type { TrialTally } from "./trial-tally.ts";
import { trialTemplateOf } from "./trial-template.ts";

/**
 * Starts and stops trials by the plan and asks for as many suggestions as are missing (Katib behaviour 3.2.3). Trials that were stopped to run again come
 * first: they are deleted, and a later pass makes them anew from their assignment. @throws TemplateError, TemplateSourceError
 */
export async function advanceExperiment(
  store: ResourceStore,
  experiment: Experiment,
  suggestion: Suggestion | undefined,
  tally: TrialTally,
): Promise<void> {
  const plan = planTrials(experiment.spec, tally);
  await stopTrials(store, tally.newestActive().slice(0, plan.stop), LOWERED_MESSAGE);
  const returning = tally.displaced().slice(0, plan.start);
  await makeRoom(store, returning);
  const start = plan.start - returning.length;
  const unused = unusedAssignments(suggestion, tally);
  await createTrials(store, experiment, unused.slice(0, start), tally);
  await requestSuggestions(store, experiment, suggestion, start - unused.length);
}

/** Assignments that no trial was made from. */
export function unusedAssignments(suggestion: Suggestion | undefined, tally: TrialTally): TrialAssignment[] {
  return (suggestion?.status?.suggestions ?? []).filter(({ name }) => !tally.has(name));
}

/** Only once their processes have ended, so that no trial ever runs twice at the same time. */
async function makeRoom(store: ResourceStore, trials: readonly Trial[]): Promise<void> {
  const ready = trials.filter((trial) => isSettled(trial) && trial.metadata.deletionTimestamp === undefined);
  await Promise.all(ready.map((trial) => ignoreNotFound(store.delete(TRIAL, keyOf(trial)))));
}

async function createTrials(
  store: ResourceStore,
  experiment: Experiment,
  assignments: readonly TrialAssignment[],
  tally: TrialTally,
): Promise<void> {
  if (assignments.length === 0) return;
  const template = await trialTemplateOf(experiment, store);
  await Promise.all(
    assignments.map(async (assignment) => {
      const trial = newTrial(experiment, assignment, template);
      // One that exists already is on its way into the cache; only new ones are counted ahead of it.
      if ((await ignoreAlreadyExists(store.create(TRIAL, trial, { shared: true }))) !== undefined)
        tally.expect(assignment.name);
    }),
  );
}

/** Raises `Suggestion.spec.requests` so that this many more assignments will be made. */
async function requestSuggestions(
  store: ResourceStore,
  experiment: Experiment,
  suggestion: Suggestion | undefined,
  missing: number,
): Promise<void> {
  if (missing <= 0) return;
  if (suggestion === undefined) {
    await ignoreAlreadyExists(store.create(SUGGESTION, newSuggestion(experiment, missing)));
    return;
  }
  const requests = (suggestion.status?.suggestionCount ?? 0) + missing;
  if (suggestion.status?.exhausted === true || requests <= (suggestion.spec.requests ?? 0)) return;
  await ignoreOutdated(store.patch(SUGGESTION, keyOf(suggestion), { spec: { requests } }, { shared: true }));
}
