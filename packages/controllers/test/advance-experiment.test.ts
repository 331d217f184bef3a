import { EXPERIMENT, type Experiment, SUGGESTION, type Suggestion, TRIAL, type Trial } from "@qalam/api";
import { MemoryStore } from "@qalam/store/memory";
import { describe, expect, it } from "vitest";
import { advanceExperiment } from "../src/experiment/advance-experiment.ts";
import { TrialTally } from "../src/experiment/trial-tally.ts";
import { experiment, trial } from "./builders.ts";

/** A Suggestion with assignments for these trials. */
function suggested(...ids: number[]): Suggestion {
  const values = [
    { name: "x", value: "0.5" },
    { name: "y", value: "a" },
  ];
  return {
    apiVersion: "kubeflow.org/v1beta1",
    kind: "Suggestion",
    metadata: { name: "one", namespace: "default" },
    spec: { requests: ids.length },
    status: {
      suggestionCount: ids.length,
      suggestions: ids.map((id) => ({ id, name: `t${id}`, parameterAssignments: values })),
    },
  };
}

async function setUp(parallelTrialCount: number, trials: readonly Trial[] = []) {
  const store = new MemoryStore();
  const object: Experiment = await store.create(
    EXPERIMENT,
    experiment("one", { parallelTrialCount, maxTrialCount: 9 }),
  );
  const tally = new TrialTally({});
  for (const one of trials) {
    const { uid: _uid, ...metadata } = one.metadata;
    tally.set(
      one.metadata.name,
      await store.create(TRIAL, { ...one, metadata: { ...metadata, finalizers: ["kept.example/here"] } }),
    );
  }
  const names = async () =>
    (await store.list(TRIAL)).items.map(
      ({ metadata }) => `${metadata.name}${metadata.deletionTimestamp === undefined ? "" : " deleted"}`,
    );
  return {
    store,
    tally,
    names,
    advance: (ids: readonly number[]) => advanceExperiment(store, object, suggested(...ids), tally),
  };
}

const paused = (id: number, settled = true): Trial =>
  trial(id, "Killed", { reason: "ExperimentPaused", ...(!settled && { status: { completionTime: null } }) });

describe("advancing an experiment", () => {
  it("makes the oldest unused assignments into trials, as many as there is room for", async () => {
    const { advance, names } = await setUp(2, [trial(1, "Running")]);
    await advance([0, 1, 2]);
    expect(await names()).toEqual(["t0", "t1"]);
  });

  it("counts what it made before it sees it", async () => {
    const { advance, names } = await setUp(2, [trial(1, "Running")]);
    await advance([1, 3]);
    await advance([0, 1, 3]);
    expect(await names()).toEqual(["t1", "t3"]);
  });

  it("lets a stopped trial run again before it makes a new one", async () => {
    const { advance, names, tally } = await setUp(1, [paused(0)]);
    await advance([0, 1]);
    expect(await names()).toEqual(["t0 deleted"]);
    await advance([0, 1]);
    expect(await names()).toEqual(["t0 deleted"]);
    expect(tally.active).toBe(0);
  });

  it("waits with a stopped trial until its processes have ended", async () => {
    const { advance, names } = await setUp(1, [paused(0, false)]);
    await advance([0, 1]);
    expect(await names()).toEqual(["t0"]);
  });

  it("asks for what is missing, once", async () => {
    const { store, advance } = await setUp(4);
    const { status: _status, ...fresh } = suggested(0, 1);
    await store.create(SUGGESTION, { ...fresh, spec: { requests: 2 } });
    await advance([0, 1]);
    const { spec } = (await store.get(SUGGESTION, { namespace: "default", name: "one" })) as Suggestion;
    expect(spec.requests).toBe(4);
  });
});
