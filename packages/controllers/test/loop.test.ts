import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EVENT, type StoredEvent } from "@qalam/api";
import { MemoryObservationStore, MemoryStore } from "@qalam/store/memory";
import { openDataDirectory } from "@qalam/store/sqlite";
import { describe, expect, it } from "vitest";
import { trialName } from "../src/index.ts";
import { experiment } from "./builders.ts";
import { condition, Home } from "./home.ts";

async function openMemory() {
  return { store: new MemoryStore(), observations: new MemoryObservationStore(), close: async () => {} };
}

async function openSqlite() {
  const path = mkdtempSync(join(tmpdir(), "qalam-controllers-"));
  const { resources: store, observations, close } = await openDataDirectory(path);
  return {
    store,
    observations,
    close: async () => {
      await close.call({ resources: store, observations });
      rmSync(path, { recursive: true, force: true });
    },
  };
}

describe.each([
  { name: "memory", open: openMemory },
  { name: "SQLite", open: openSqlite },
])("the control loop over $name", ({ open }) => {
  it("takes an experiment from its creation to its best trial", async () => {
    const { store, observations, close } = await open();
    const home = await Home.start({ store, observations });
    const created = await home.create(experiment("first"));
    const done = await home.untilExperiment("first", "Succeeded");
    await home.idle();
    const trials = await home.trials();
    const names = Array.from({ length: 6 }, (_, i) => trialName(created, i));

    expect(condition(done, "Succeeded")).toMatchObject({ reason: "ExperimentMaxTrialsReached" });
    expect(condition(done, "Running")).toMatchObject({ status: "False", reason: "ExperimentRunning" });
    expect(done.status?.conditions?.map(({ type }) => type)).toEqual(["Created", "Running", "Succeeded"]);
    expect(done.status).toMatchObject({ trials: 6, trialsSucceeded: 6, succeededTrialList: names });
    expect(done.status?.completionTime).toMatch(/Z$/);
    expect(done.metadata.finalizers).toEqual(["update-prometheus-metrics"]);
    expect(trials.map(({ metadata }) => metadata.name).sort()).toEqual([...names].sort());
    expect([...home.kubelet.begun].sort()).toEqual([...names].sort());
    const losses = trials.map(({ status }) => Number(status?.observation?.metrics?.[0]?.min));
    const best = done.status?.currentOptimalTrial;
    expect(Number(best?.observation?.metrics?.[0]?.min)).toBe(Math.min(...losses));
    expect(home.errors).toEqual([]);
    await home.close();
    await close();
  });
});

describe("what a Katib client sees", () => {
  it("finds Suggestion, Trials, Jobs, labels, owners and events as Katib writes them", async () => {
    const home = await Home.start();
    const one = experiment("seen", { maxTrialCount: 1, parallelTrialCount: 1 });
    one.metadata.labels = { team: "blue" };
    one.metadata.annotations = { "qalam.dev/working-directory": "/work" };
    const { metadata } = await home.create(one);
    await home.untilExperiment("seen", "Succeeded");
    await home.idle();
    const suggestion = await home.suggestion("seen");
    const [trial] = await home.trials();
    const [job] = await home.jobs();

    expect(suggestion.spec).toMatchObject({
      algorithm: { algorithmName: "random" },
      requests: 1,
      resumePolicy: "Never",
    });
    expect(suggestion.status).toMatchObject({
      suggestionCount: 1,
      suggestions: [{ id: 0, name: trial?.metadata.name }],
    });
    expect(condition(suggestion, "Succeeded")).toMatchObject({ reason: "Experiment is succeeded" });
    expect(condition(suggestion, "Running")).toMatchObject({ status: "False", reason: "Suggestion is succeeded" });
    expect(trial?.metadata).toMatchObject({
      labels: { team: "blue", "katib.kubeflow.org/experiment": "seen" },
      annotations: {
        "qalam.dev/working-directory": "/work",
        "qalam.dev/suggestion-id": "0",
        "qalam.dev/origin": "random",
      },
      finalizers: ["clean-metrics-in-db"],
      ownerReferences: [{ kind: "Experiment", name: "seen", uid: metadata.uid, controller: true }],
    });
    expect(trial?.status?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`)).toEqual([
      "Created True TrialCreated",
      "Running False TrialRunning",
      "Succeeded True TrialSucceeded. Job reason: CompletionsReached",
    ]);
    expect(job?.metadata.name).toBe(trial?.metadata.name);
    expect(job?.metadata.annotations).toBeUndefined();
    expect(job?.metadata.ownerReferences?.[0]).toMatchObject({ kind: "Trial", uid: trial?.metadata.uid });
    const events = (await home.store.list(EVENT)).items as StoredEvent[];
    const ofTrial = events.filter(({ involvedObject }) => involvedObject.kind === "Trial");
    expect(ofTrial.map(({ reason, type, message }) => `${type} ${reason} ${message}`).sort()).toEqual([
      `Normal JobCreated Job ${job?.metadata.name} has been created`,
      `Normal JobRunning Job ${job?.metadata.name} is running`,
      `Normal JobSucceeded Job ${job?.metadata.name} has succeeded`,
    ]);
    expect(home.errors).toEqual([]);
    await home.close();
  });

  it("keeps equal names in two namespaces apart", async () => {
    const home = await Home.start();
    await home.create(experiment("twin", { maxTrialCount: 2, parallelTrialCount: 2 }, "one"));
    await home.create(experiment("twin", { maxTrialCount: 3, parallelTrialCount: 2 }, "two"));
    const [one, two] = [
      await home.untilExperiment("twin", "Succeeded", "one"),
      await home.untilExperiment("twin", "Succeeded", "two"),
    ];
    await home.idle();
    expect([one.status?.trials, two.status?.trials]).toEqual([2, 3]);
    expect((await home.trials("one")).length).toBe(2);
    expect((await home.trials("two")).length).toBe(3);
    await home.close();
  });
});
