import { status } from "@grpc/grpc-js";
import { type Experiment, isTrialCompleted, type NameValue, type TrialAssignment } from "@qalam/api";
import { LocalSamplerHost, samplerOptions } from "@qalam/controllers";
import { type Experiment as ExperimentMessage, Suggestion } from "../generated/katib_pb.ts";
import { experimentFromMessage } from "../messages/experiment-message.ts";
import { SUGGESTION_ID_LABEL, trialsFromMessages } from "../messages/trial-message.ts";
import { CallError } from "../server/grpc-status.ts";
import { type Service, unaryService } from "../server/service.ts";

/** Settings that a reply gives back and the next request brings again: what a sampler keeps beside the trials, and that its space is used up. */
const STATE_SETTING = "qalam.dev/state";
export const EXHAUSTED_SETTING = "qalam.dev/exhausted";
const MAX_COUNT = 10_000;

/**
 * Our search algorithms as a Katib suggestion service (Katib behaviour 3.3, 8.1). Each request is answered from what it brings alone, so a restart loses
 * nothing and several servers may answer in turn.
 */
export function suggestionService(): Service {
  return unaryService(Suggestion, {
    async getSuggestions({ experiment: message, trials: messages, currentRequestNumber: count }) {
      if (count < 0 || count > MAX_COUNT)
        throw new CallError(
          status.INVALID_ARGUMENT,
          `current_request_number is ${count}, expected a number from 0 to ${MAX_COUNT}`,
        );
      const { experiment, state } = received(message);
      check(experiment);
      const trials = trialsFromMessages(messages);
      const finished = trials.filter(isTrialCompleted);
      const { assignments, exhausted, ...reply } = await new LocalSamplerHost().ask({
        experiment,
        finished,
        pending: trials.filter((trial) => !isTrialCompleted(trial)),
        unused: [],
        earlier: () => [],
        made: trials.length,
        state,
        algorithmSettings: [],
        count,
      });
      const settings = [
        ...(reply.algorithmSettings ?? []),
        ...(reply.state === undefined ? [] : [{ name: STATE_SETTING, value: reply.state }]),
        ...(exhausted ? [{ name: EXHAUSTED_SETTING, value: "true" }] : []),
      ];
      return {
        parameterAssignments: assignments.map(toMessage),
        algorithm: { algorithmName: experiment.spec.algorithm?.algorithmName ?? "", algorithmSettings: settings },
      };
    },
    async validateAlgorithmSettings({ experiment }) {
      check(received(experiment).experiment);
      return {};
    },
  });
}

/** The experiment without the settings that are ours, and what they carry. */
function received(message: ExperimentMessage | undefined): { experiment: Experiment; state: string | undefined } {
  if (message === undefined) throw new CallError(status.INVALID_ARGUMENT, "experiment is missing");
  const experiment = experimentFromMessage(message);
  const settings: readonly NameValue[] = experiment.spec.algorithm?.algorithmSettings ?? [];
  const algorithm = {
    ...experiment.spec.algorithm,
    algorithmSettings: settings.filter(({ name }) => name !== STATE_SETTING && name !== EXHAUSTED_SETTING),
  };
  const state = settings.findLast(({ name }) => name === STATE_SETTING)?.value;
  return { experiment: { ...experiment, spec: { ...experiment.spec, algorithm } }, state };
}

/** @throws CallError INVALID_ARGUMENT with everything that does not fit */
function check(experiment: Experiment): void {
  let problems: readonly string[];
  try {
    ({ problems } = samplerOptions(experiment));
  } catch (error) {
    problems = [(error as Error).message]; // the search space cannot be built
  }
  if (problems.length > 0) throw new CallError(status.INVALID_ARGUMENT, problems.join("; "));
}

function toMessage({ id, parameterAssignments = [], labels = {} }: Omit<TrialAssignment, "name">) {
  return {
    assignments: parameterAssignments,
    labels: { ...labels, ...(id !== undefined && { [SUGGESTION_ID_LABEL]: String(id) }) },
  };
}
