import { EXPERIMENT, type StoredJob, TRIAL } from "@qalam/api";
import { MemoryObservationStore, MemoryStore } from "@qalam/store/memory";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  LocalSamplerHost,
  type SamplerHost,
  type SuggestionReply,
  type SuggestionRequest,
  startControllers,
} from "../src/index.ts";
import { experiment } from "./builders.ts";
import { has, parabola } from "./home.ts";
import { Kubelet } from "./kubelet.ts";
import { crashingStore } from "./unreliable-store.ts";

const TRIALS = 8;

/** Assignments by trial, and the order in which trainings began. */
interface Outcome {
  readonly assignments: Record<string, string>;
  readonly begun: string[];
}

function named(uid = "experiment-uid"): MemoryStore {
  let made = 0;
  return new MemoryStore({ newUid: () => (made++ === 1 ? uid : `uid-${made}`) });
}

/** An algorithm that knows nothing but the state it was given back. */
class ForgetfulHost implements SamplerHost {
  async ask({ state, count }: SuggestionRequest): Promise<SuggestionReply> {
    const next = Number(state ?? 0);
    const assignments = Array.from({ length: count }, (_, i) => ({
      parameterAssignments: [
        { name: "x", value: String((next + i) / 100) },
        { name: "y", value: "a" },
      ],
    }));
    return { assignments, exhausted: false, state: String(next + count) };
  }
  forget(): void {}
  async close(): Promise<void> {}
}

const hostFor = (algorithm: string): SamplerHost =>
  algorithm === "stateful" ? new ForgetfulHost() : new LocalSamplerHost();

/** Runs one experiment with processes that die at these writes, one after the other, and a last one that lives. */
async function run(crashes: readonly { at: number; isMade: boolean }[], algorithmName: string): Promise<Outcome> {
  const store = named();
  const observations = new MemoryObservationStore();
  const kubelet = new Kubelet(store, observations, (job: StoredJob) => parabola(job)).start();
  const object = experiment("crashing", { algorithm: { algorithmName }, maxTrialCount: TRIALS, parallelTrialCount: 3 });
  if (algorithmName === "grid")
    object.spec.parameters = [
      { name: "x", parameterType: "discrete", feasibleSpace: { list: ["0.1", "0.2", "0.3", "0.4"] } },
      { name: "y", parameterType: "categorical", feasibleSpace: { list: ["a", "b", "c"] } },
    ];
  await store.create(EXPERIMENT, object);
  const finished = (async () => {
    for await (const event of store.watch(EXPERIMENT))
      if (event.type !== "BOOKMARK" && has(event.object, "Succeeded")) return;
  })();
  for (const { at, isMade } of crashes) {
    let crashed: () => void = () => {};
    const death = new Promise<void>((resolve) => {
      crashed = resolve;
    });
    const controllers = await startControllers({
      store: crashingStore(store, at, isMade, crashed),
      observations,
      samplers: hostFor(algorithmName),
      onError: () => {},
    });
    await Promise.race([death, finished]);
    await controllers.close();
  }
  const errors: string[] = [];
  const controllers = await startControllers({
    store,
    observations,
    samplers: hostFor(algorithmName),
    onError: (where, error) => errors.push(`${where}: ${error.message}`),
  });
  await finished;
  await controllers.idle();
  const trials = (await store.list(TRIAL)).items;
  await controllers.close();
  await kubelet.close();
  expect(errors).toEqual([]);
  const assignments = Object.fromEntries(
    trials.map(({ metadata, spec }) => [metadata.name, JSON.stringify(spec.parameterAssignments)]),
  );
  return { assignments, begun: kubelet.begun };
}

describe.each(["random", "grid", "sobol", "stateful"])(
  "an experiment with %s whose controllers die at any write",
  (algorithm) => {
    it("ends with the trials of one that never died, each run once", async () => {
      const calm = await run([], algorithm);
      expect(Object.keys(calm.assignments)).toHaveLength(TRIALS);
      expect(new Set(Object.values(calm.assignments)).size).toBe(TRIALS);
      const crash = fc.record({ at: fc.integer({ min: 1, max: 40 }), isMade: fc.boolean() });
      await fc.assert(
        fc.asyncProperty(fc.array(crash, { minLength: 1, maxLength: 6 }), async (crashes) => {
          const { assignments, begun } = await run(crashes, algorithm);
          expect(assignments).toEqual(calm.assignments);
          expect([...begun].sort()).toEqual(Object.keys(calm.assignments).sort());
        }),
        { numRuns: 40 },
      );
    });
  },
);
