import { type ServiceError, status } from "@grpc/grpc-js";
import type { Experiment } from "@qalam/api";
import {
  type NewAssignment,
  type SamplerHost,
  SettingsError,
  type SuggestionReply,
  type SuggestionRequest,
} from "@qalam/controllers";
import { type GetSuggestionsReply_ParameterAssignments, Suggestion } from "../generated/katib_pb.ts";
import { experimentToMessage, inexpressible, nameValue } from "../messages/experiment-message.ts";
import { assignmentToMessage, SUGGESTION_ID_LABEL, trialToMessage } from "../messages/trial-message.ts";
import { type UnaryClient, unaryClient } from "../unary-client.ts";
import { EXHAUSTED_SETTING } from "./suggestion-service.ts";

const UNREACHABLE = "cannot be reached";
/** As long as Katib waits (Katib behaviour 3.3). */
const TIMEOUT = { timeoutMs: 60_000 };

/** Search algorithms that run in other processes behind Katib's Suggestion service; all others run where they would without it. */
export class ExternalSamplerHost implements SamplerHost {
  readonly #services: ReadonlyMap<
    string,
    { readonly address: string; readonly client: UnaryClient<typeof Suggestion> }
  >;
  readonly #others: SamplerHost;

  /** @param addresses `host:port` by algorithm name @param others runs the algorithms that are not among them; closed with this */
  constructor(addresses: ReadonlyMap<string, string>, others: SamplerHost) {
    this.#services = new Map(
      [...addresses].map(([name, address]) => [name, { address, client: unaryClient(Suggestion, address) }]),
    );
    this.#others = others;
  }

  async ask(request: SuggestionRequest): Promise<SuggestionReply> {
    const { experiment, count } = request;
    const name = experiment.spec.algorithm?.algorithmName ?? "";
    const service = this.#services.get(name);
    if (service === undefined) return this.#others.ask(request);
    if (request.made === 0) await this.#validateOnce(experiment);
    const objective = experiment.spec.objective ?? {};
    const trials = [
      ...[...request.finished, ...request.pending].map((trial) => trialToMessage(trial, objective)),
      ...request.unused.map((assignment) => assignmentToMessage(assignment, objective)),
    ];
    const reply = await service.client
      .getSuggestions(
        {
          experiment: experimentToMessage(experiment, request.algorithmSettings),
          trials,
          currentRequestNumber: count,
          totalRequestNumber: request.made + count,
        },
        TIMEOUT,
      )
      .catch((error: ServiceError) => {
        const text = `suggestion service ${name} at ${service.address}: ${error.details}`;
        throw error.code === status.INVALID_ARGUMENT ? new SettingsError(text) : new Error(text);
      });
    const settings = (reply.algorithm?.algorithmSettings ?? []).map(nameValue);
    if (reply.parameterAssignments.length > count)
      throw new Error(
        `suggestion service ${name} at ${service.address} made ${reply.parameterAssignments.length} suggestions, asked for were ${count}`,
      );
    const wanted = (experiment.spec.parameters ?? []).map((parameter) => parameter.name);
    return {
      assignments: reply.parameterAssignments.map((one) => newAssignment(one, wanted, `${name} at ${service.address}`)),
      exhausted: settings.some(({ name: setting, value }) => setting === EXHAUSTED_SETTING && value === "true"),
      algorithmSettings: settings,
    };
  }

  /** What keeps an experiment from its external algorithm, in words; none when it fits, or when its algorithm is not external. */
  async problems(experiment: Experiment): Promise<string[]> {
    const name = experiment.spec.algorithm?.algorithmName ?? "";
    const service = this.#services.get(name);
    if (service === undefined) return [];
    const untold = inexpressible(experiment);
    if (untold.length > 0) return untold;
    const where = `suggestion service ${name} at ${service.address}`;
    try {
      await service.client.validateAlgorithmSettings({ experiment: experimentToMessage(experiment) }, TIMEOUT);
      return [];
    } catch (error) {
      const { code, details } = error as ServiceError;
      if (code === status.UNIMPLEMENTED) return []; // Katib takes that as "no objection"
      if (code === status.UNAVAILABLE) return [`${where} ${UNREACHABLE} (${details}); start it first`];
      return [`${where}: ${details}`];
    }
  }

  /** Before the first suggestion, as Katib does: not every experiment came through a server that asked at submit time. */
  async #validateOnce(experiment: Experiment): Promise<void> {
    const problems = await this.problems(experiment);
    if (problems.length === 0) return;
    const text = `Validation failed: ${problems.join("; ")}`;
    throw problems.some((problem) => problem.includes(UNREACHABLE)) ? new Error(text) : new SettingsError(text);
  }

  forget(experimentUid: string): void {
    this.#others.forget(experimentUid);
  }

  async close(): Promise<void> {
    for (const { client } of this.#services.values()) client.close();
    await this.#others.close();
  }
}

/** @throws Error when a parameter has no value */
function newAssignment(
  { assignments, trialName, labels }: GetSuggestionsReply_ParameterAssignments,
  wanted: readonly string[],
  where: string,
): NewAssignment {
  const missing = wanted.filter((name) => !assignments.some((one) => one.name === name));
  if (missing.length > 0)
    throw new Error(`suggestion service ${where} made a suggestion without a value of ${missing.join(", ")}`);
  const id = labels[SUGGESTION_ID_LABEL];
  return {
    ...(trialName !== "" && { name: trialName }),
    ...(id !== undefined && /^\d{1,9}$/.test(id) && { id: Number(id) }),
    parameterAssignments: assignments.map(nameValue),
    labels,
    origin: `suggestion service ${where}`,
  };
}
