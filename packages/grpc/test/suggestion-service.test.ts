import { status } from "@grpc/grpc-js";
import type { Experiment } from "@qalam/api";
import { LocalSamplerHost, SettingsError } from "@qalam/controllers";
import { describe, expect, it, onTestFinished } from "vitest";
import { type GetSuggestionsReply, Suggestion, TrialStatus_TrialConditionType } from "../src/generated/katib_pb.ts";
import { experimentToMessage } from "../src/messages/experiment-message.ts";
import { unaryService } from "../src/server/service.ts";
import { ExternalSamplerHost } from "../src/suggestion/external-sampler-host.ts";
import { suggestionService } from "../src/suggestion/suggestion-service.ts";
import { clientOf, PATIENTLY, serve } from "./served.ts";

function experiment(algorithmName: string, spec: Partial<Experiment["spec"]> = {}): Experiment {
  return {
    apiVersion: "kubeflow.org/v1beta1",
    kind: "Experiment",
    metadata: { name: "test", uid: "test" },
    spec: {
      objective: { type: "minimize", objectiveMetricName: "loss" },
      algorithm: { algorithmName },
      maxTrialCount: 20,
      parallelTrialCount: 2,
      parameters: [
        { name: "x", parameterType: "int", feasibleSpace: { min: "1", max: "3" } },
        { name: "c", parameterType: "categorical", feasibleSpace: { list: ["a", "b"] } },
      ],
      ...spec,
    },
  };
}

async function startSuggestion() {
  const { address, faults } = await serve([suggestionService()]);
  return { address, faults, client: clientOf(Suggestion, address) };
}

const { SUCCEEDED, RUNNING } = TrialStatus_TrialConditionType;
type Assigned = GetSuggestionsReply["parameterAssignments"][number];
const pointOf = ({ assignments }: Assigned) => assignments.map(({ name, value }) => `${name}=${value}`).join(" ");

/** The trial that a Katib controller makes of a suggestion. */
const trialOf = (suggestion: Assigned, index: number, condition = SUCCEEDED) => ({
  name: `t-${index}`,
  spec: { parameterAssignments: { assignments: suggestion.assignments }, labels: suggestion.labels },
  status: {
    condition,
    startTime: `2026-01-01T00:00:${10 + index}Z`,
    observation: { metrics: [{ name: "loss", value: "1" }] },
  },
});

describe("the Suggestion service", () => {
  it("answers from what a request brings alone, repeats nothing and says when the space is used up", async () => {
    const { client } = await startSuggestion();
    const made: Assigned[] = [];
    let settings: { name: string; value: string }[] = [];
    for (const [round, count] of [2, 3, 3].entries()) {
      const reply = await client.getSuggestions(
        {
          experiment: experimentToMessage(experiment("grid"), settings),
          trials: made.map((one, i) => trialOf(one, i, i < 2 ? SUCCEEDED : RUNNING)),
          currentRequestNumber: count,
        },
        PATIENTLY,
      );
      expect(reply.parameterAssignments).toHaveLength(round === 2 ? 1 : count);
      made.push(...reply.parameterAssignments);
      settings = (reply.algorithm?.algorithmSettings ?? []).map(({ name, value }) => ({ name, value }));
    }
    expect(new Set(made.map(pointOf)).size).toBe(6);
    expect(made.map(({ labels }) => labels["qalam.dev/suggestion-id"])).toEqual(["0", "1", "2", "3", "4", "5"]);
    expect(settings).toContainEqual({ name: "qalam.dev/exhausted", value: "true" });
  });

  it("gives the same answer to the same request, and goes on when a client keeps neither labels nor settings", async () => {
    const { client } = await startSuggestion();
    const ask = async (trials: Assigned[]) =>
      (
        await client.getSuggestions(
          {
            experiment: experimentToMessage(experiment("random")),
            trials: trials.map((one, i) => trialOf({ ...one, labels: {} }, i)),
            currentRequestNumber: 3,
          },
          PATIENTLY,
        )
      ).parameterAssignments;
    const first = await ask([]);
    expect(first).toEqual(await ask([]));
    const second = await ask(first);
    expect(new Set([...first, ...second].map(pointOf)).size).toBe(6);
  });

  it.each([
    ["an unknown algorithm", experiment("nonsense"), /unknown algorithm "nonsense"/],
    [
      "an unknown setting",
      experiment("random", {
        algorithm: { algorithmName: "random", algorithmSettings: [{ name: "seed", value: "1" }] },
      }),
      /unknown setting "seed"/,
    ],
    [
      "a bad setting",
      experiment("random", {
        algorithm: { algorithmName: "random", algorithmSettings: [{ name: "random_state", value: "ünï" }] },
      }),
      /random_state: expected a whole number, found "ünï"/,
    ],
    [
      "a bad space",
      experiment("random", {
        parameters: [{ name: "x", parameterType: "int", feasibleSpace: { min: "3", max: "1" } }],
      }),
      /x/,
    ],
    [
      "a space that does not fit",
      experiment("grid", {
        parameters: [{ name: "x", parameterType: "double", feasibleSpace: { min: "0", max: "1" } }],
      }),
      /grid needs a step/,
    ],
  ])("refuses %s as invalid, with what is wrong", async (_, bad, details) => {
    const { client, faults } = await startSuggestion();
    const refusal = { code: status.INVALID_ARGUMENT, details: expect.stringMatching(details) };
    const message = experimentToMessage(bad);
    await expect(client.validateAlgorithmSettings({ experiment: message }, PATIENTLY)).rejects.toMatchObject(refusal);
    await expect(
      client.getSuggestions({ experiment: message, currentRequestNumber: 1 }, PATIENTLY),
    ).rejects.toMatchObject(refusal);
    expect(faults).toEqual([]);
  });

  it("refuses requests without experiment and with impossible counts", async () => {
    const { client } = await startSuggestion();
    const invalid = { code: status.INVALID_ARGUMENT };
    await expect(client.validateAlgorithmSettings({}, PATIENTLY)).rejects.toMatchObject(invalid);
    for (const currentRequestNumber of [-1, 1_000_000])
      await expect(
        client.getSuggestions(
          { experiment: experimentToMessage(experiment("random")), currentRequestNumber },
          PATIENTLY,
        ),
      ).rejects.toMatchObject(invalid);
  });
});

describe("an external sampler host", () => {
  const request = (one: Experiment, count = 2) => ({
    experiment: one,
    finished: [],
    pending: [],
    unused: [],
    earlier: () => [],
    made: 0,
    state: undefined,
    algorithmSettings: [],
    count,
  });
  const hostAt = (address: string, name = "mine") => {
    const host = new ExternalSamplerHost(new Map([[name, address]]), new LocalSamplerHost());
    onTestFinished(() => host.close());
    return host;
  };

  it("asks the service of an algorithm, and the other host for all others", async () => {
    const { address } = await startSuggestion();
    const host = hostAt(address, "sobol");
    const { assignments, algorithmSettings } = await host.ask(request(experiment("sobol")));
    expect(assignments.map(({ id, origin }) => [id, origin])).toEqual(
      [0, 1].map((id) => [id, `suggestion service sobol at ${address}`]),
    );
    expect(algorithmSettings?.map(({ name }) => name)).toContain("qalam.dev/state");
    expect((await host.ask(request(experiment("random")))).assignments[0]?.origin).toBe("random");
  });

  it("says what keeps an experiment from a service", async () => {
    const { address } = await startSuggestion();
    expect(await hostAt(address, "random").problems(experiment("random"))).toEqual([]);
    expect(await hostAt(address).problems(experiment("random"))).toEqual([]);
    expect(await hostAt(address).problems(experiment("mine"))).toEqual([
      `suggestion service mine at ${address}: unknown algorithm "mine"`,
    ]);
    expect(await hostAt(address).problems(experiment("mine", { parameterConstraints: ["x <= 2"] }))).toEqual([
      "a suggestion service cannot be told of parameterConstraints",
    ]);
    expect((await hostAt("127.0.0.1:1").problems(experiment("mine")))[0]).toMatch(
      /127\.0\.0\.1:1 cannot be reached .*start it first/,
    );
  });

  it("takes no answers that are wrong: too many, without a value, and refusals for good", async () => {
    const answers = {
      many: [1, 2, 3].map(() => ({
        assignments: [
          { name: "x", value: "1" },
          { name: "c", value: "a" },
        ],
      })),
      partial: [{ assignments: [{ name: "x", value: "1" }] }],
    };
    const { address } = await serve([
      unaryService(Suggestion, {
        getSuggestions: async ({ experiment: one }) => ({
          parameterAssignments: answers[one?.spec?.algorithm?.algorithmName as keyof typeof answers],
        }),
        validateAlgorithmSettings: async () => ({}),
      }),
    ]);
    await expect(hostAt(address, "many").ask(request(experiment("many")))).rejects.toThrow(
      /made 3 suggestions, asked for were 2/,
    );
    await expect(hostAt(address, "partial").ask(request(experiment("partial")))).rejects.toThrow(
      /without a value of c/,
    );
    const { address: real } = await startSuggestion();
    await expect(hostAt(real).ask(request(experiment("mine")))).rejects.toBeInstanceOf(SettingsError);
    await expect(hostAt("127.0.0.1:1").ask(request(experiment("mine")))).rejects.not.toBeInstanceOf(SettingsError);
  });
});
