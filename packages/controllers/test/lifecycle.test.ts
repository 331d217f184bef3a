import {
  EVENT,
  EXPERIMENT,
  type Experiment,
  isTrialCompleted,
  keyOf,
  PAUSED_ANNOTATION,
  STOP_ANNOTATION,
  type StoredEvent,
  type StoredJob,
  SUGGESTION,
  TRIAL,
} from "@qalam/api";
import { MemoryStore } from "@qalam/store/memory";
import { FakeClock } from "@qalam/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  isDisplaced,
  isSettled,
  type SamplerHost,
  type SuggestionReply,
  type SuggestionRequest,
} from "../src/index.ts";
import { experiment } from "./builders.ts";
import { condition, Home, type HomeOptions, has, parabola } from "./home.ts";
import type { Training } from "./kubelet.ts";

/** Trainings that end when a test says so. */
class Gate {
  #open: () => void = () => {};
  readonly #opened: Promise<void>;
  isOpen = false;

  constructor() {
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  readonly train = (job: StoredJob): Training =>
    this.isOpen ? parabola(job) : { ...parabola(job), until: this.#opened };

  open(): void {
    this.isOpen = true;
    this.#open();
  }
}

/** An algorithm that is not in the registry. */
class ForeignSamplers implements SamplerHost {
  async ask({ count }: SuggestionRequest): Promise<SuggestionReply> {
    const parameterAssignments = [
      { name: "x", value: "0.5" },
      { name: "y", value: "a" },
    ];
    return { assignments: Array.from({ length: count }, () => ({ parameterAssignments })), exhausted: false };
  }
  forget(): void {}
  async close(): Promise<void> {}
}

const homes: Home[] = [];
async function start(options: HomeOptions = {}): Promise<Home> {
  const home = await Home.start(options);
  homes.push(home);
  return home;
}

afterEach(async () => {
  for (const home of homes.splice(0)) {
    expect(home.errors).toEqual([]);
    await home.close();
  }
});

function patchSpec(home: Home, object: Experiment, spec: Experiment["spec"]): Promise<Experiment> {
  return home.store.patch(EXPERIMENT, keyOf(object), { spec });
}

describe("a pause", () => {
  it("stops what runs, makes nothing new, and goes on to exactly maxTrialCount trials", async () => {
    const gate = new Gate();
    const home = await start({ train: gate.train });
    const created = await home.create(experiment("paused", { maxTrialCount: 5, parallelTrialCount: 2 }));
    await home.idle();
    await home.annotate(created, { [PAUSED_ANNOTATION]: "stopped" });
    await home.idle();
    const stopped = await home.trials();
    expect(stopped.map((trial) => condition(trial, "Killed")?.reason)).toEqual([
      "ExperimentPaused",
      "ExperimentPaused",
    ]);
    expect(stopped.every(isDisplaced) && stopped.every(isSettled)).toBe(true);
    expect((await home.jobs()).every(({ spec }) => spec?.suspend)).toBe(true);

    gate.open();
    await home.annotate(created, { [PAUSED_ANNOTATION]: null });
    const done = await home.untilExperiment("paused", "Succeeded");
    await home.idle();
    const trials = await home.trials();
    expect(done.status).toMatchObject({ trials: 5, trialsSucceeded: 5 });
    expect(trials.map(({ status }) => status?.observation?.metrics?.length)).toEqual([1, 1, 1, 1, 1]);
    expect(trials.map(({ metadata }) => metadata.name)).toEqual(
      expect.arrayContaining(stopped.map(({ metadata }) => metadata.name)),
    );
    expect((await home.suggestion("paused")).status?.suggestionCount).toBe(5);
  });

  it("survives a restart of the controllers", async () => {
    const gate = new Gate();
    const home = await start({ train: gate.train });
    const created = await home.create(experiment("paused", { maxTrialCount: 3, parallelTrialCount: 2 }));
    await home.idle();
    await home.annotate(created, { [PAUSED_ANNOTATION]: "stopped" });
    await home.stopControllers();
    await home.startControllers();
    await home.idle();
    expect((await home.trials()).every(isDisplaced)).toBe(true);
    gate.open();
    await home.annotate(created, { [PAUSED_ANNOTATION]: null });
    expect((await home.untilExperiment("paused", "Succeeded")).status).toMatchObject({ trials: 3, trialsSucceeded: 3 });
  });
});

describe("parallelTrialCount", () => {
  it("lowered stops the newest active trials only, which run again later", async () => {
    const gate = new Gate();
    const home = await start({ train: gate.train });
    const created = await home.create(experiment("lowered", { maxTrialCount: 6, parallelTrialCount: 4 }));
    await home.idle();
    await patchSpec(home, created, { parallelTrialCount: 1 });
    await home.idle();
    const trials = await home.trials();
    const killed = trials.filter((trial) => has(trial, "Killed"));
    expect(killed.map((trial) => Number(trial.metadata.annotations?.["qalam.dev/suggestion-id"])).sort()).toEqual([
      1, 2, 3,
    ]);
    expect(new Set(killed.map((trial) => condition(trial, "Killed")?.reason))).toEqual(
      new Set(["ParallelTrialCountLowered"]),
    );
    gate.open();
    const done = await home.untilExperiment("lowered", "Succeeded");
    expect(done.status).toMatchObject({ trials: 6, trialsSucceeded: 6 });
    expect(done.status?.trialsKilled).toBeUndefined();
  });

  it("raised starts more at once", async () => {
    const gate = new Gate();
    const home = await start({ train: gate.train });
    const created = await home.create(experiment("raised", { maxTrialCount: 6, parallelTrialCount: 1 }));
    await home.idle();
    await patchSpec(home, created, { parallelTrialCount: 3 });
    await home.idle();
    expect((await home.trials()).filter((trial) => has(trial, "Running"))).toHaveLength(3);
    gate.open();
    await home.untilExperiment("raised", "Succeeded");
  });
});

describe("the end of an experiment", () => {
  it("stops running trials when the goal is reached, and counts them", async () => {
    const gate = new Gate();
    let first = true;
    const train = (job: StoredJob): Training => {
      if (!first) return gate.train(job);
      first = false;
      return { reports: [{ metric: "loss", value: "0.001" }] };
    };
    const home = await start({ train });
    const objective = { type: "minimize", objectiveMetricName: "loss", goal: 0.001 } as const;
    await home.create(experiment("goal", { objective, maxTrialCount: 9, parallelTrialCount: 3 }));
    await home.untilExperiment("goal", "Succeeded");
    const settled = await home.until(
      EXPERIMENT,
      { namespace: "default", name: "goal" },
      ({ status }) => (status?.trialsKilled ?? 0) > 0 && status?.trialsRunning === undefined,
    );
    await home.idle();
    expect(condition(settled, "Succeeded")?.reason).toBe("ExperimentGoalReached");
    const killed = (await home.trials()).filter((trial) => has(trial, "Killed"));
    expect(killed.length).toBe(settled.status?.trialsKilled);
    expect(killed.every(({ status }) => status?.completionTime)).toBe(true);
    expect((await home.jobs()).filter(({ spec }) => spec?.suspend)).toHaveLength(killed.length);
  });

  it("lets trials finish with completionPolicy FinishTrials", async () => {
    const gate = new Gate();
    let first = true;
    const train = (job: StoredJob): Training => {
      if (!first) return gate.train(job);
      first = false;
      return { reports: [{ metric: "loss", value: "-1" }] };
    };
    const home = await start({ train });
    const objective = { type: "minimize", objectiveMetricName: "loss", goal: 0 } as const;
    await home.create(experiment("finish", { objective, completionPolicy: "FinishTrials", maxTrialCount: 3 }));
    await home.untilExperiment("finish", "Succeeded");
    await home.idle();
    expect((await home.trials()).filter((trial) => has(trial, "Running"))).not.toEqual([]);
    gate.open();
    await home.until(
      EXPERIMENT,
      { namespace: "default", name: "finish" },
      ({ status }) => status?.trialsSucceeded === status?.trials,
    );
    expect((await home.trials()).some((trial) => has(trial, "Killed"))).toBe(false);
  });

  it("comes when the search space is exhausted", async () => {
    const home = await start();
    const parameters = [
      { name: "x", parameterType: "int", feasibleSpace: { min: "0", max: "1" } },
      { name: "y", parameterType: "categorical", feasibleSpace: { list: ["a", "b"] } },
    ] as const;
    const { spec } = experiment("space", {
      parameters: [...parameters] as never,
      algorithm: { algorithmName: "grid" },
    });
    delete spec.maxTrialCount;
    await home.create({ ...experiment("space"), spec });
    const done = await home.untilExperiment("space", "Succeeded");
    expect(condition(done, "Succeeded")?.reason).toBe("ExperimentSuggestionEndReached");
    expect(done.status?.trialsSucceeded).toBe(4);
    await home.idle();
    await home.stopControllers();
    await home.startControllers();
    await home.idle();
    expect((await home.experiment("space")).status?.conditions).toEqual(done.status?.conditions);
  });

  it.each([
    {
      failing: 6,
      max: undefined,
      type: "Failed",
      message: /no trial succeeded: 6 trials failed, first .*: Trial has failed. Job message: boom/,
    },
    { failing: 2, max: undefined, type: "Succeeded", message: /max trial count has reached/ },
    { failing: 6, max: 2, type: "Failed", message: /max failed count has reached: \d trials failed, first .*boom/ },
  ])(
    "is $type with $failing failing trials of 6 and maxFailedTrialCount $max",
    async ({ failing, max, type, message }) => {
      let count = 0;
      const train = (job: StoredJob): Training => (count++ < failing ? { reports: [], fails: "boom" } : parabola(job));
      const home = await start({ train });
      await home.create(
        experiment("failing", { parallelTrialCount: 1, ...(max !== undefined && { maxFailedTrialCount: max }) }),
      );
      const done = await home.until(
        EXPERIMENT,
        { namespace: "default", name: "failing" },
        (object) => has(object, "Failed") || has(object, "Succeeded"),
      );
      expect(condition(done, type)).toMatchObject({ status: "True", message: expect.stringMatching(message) });
      expect(done.status?.completionTime).toBeDefined();
    },
  );

  it("comes when maxDuration is used up, by the clock alone", async () => {
    const clock = new FakeClock();
    const gate = new Gate();
    const store = new MemoryStore({ now: () => clock.now().getTime() });
    const home = await start({ clock, store, train: gate.train });
    await home.create(experiment("timed", { maxDuration: "90s" }));
    await home.idle();
    clock.advance(89_000);
    await home.idle();
    expect(has(await home.experiment("timed"), "Failed")).toBe(false);
    clock.advance(1_000);
    await home.idle();
    const done = await home.experiment("timed");
    expect(condition(done, "Failed")).toMatchObject({ reason: "ExperimentMaxDurationReached" });
    clock.advance(60_000);
    await home.idle();
    expect((await home.trials()).every((trial) => has(trial, "Killed"))).toBe(true);
    expect((await home.experiment("timed")).status).toMatchObject({ trialsKilled: 3 });
  });
});

describe("a restart with a larger budget", () => {
  it.each(["LongRunning", "FromVolume"] as const)("goes on with policy %s", async (resumePolicy) => {
    const home = await start();
    const created = await home.create(experiment("again", { maxTrialCount: 3, resumePolicy }));
    await home.untilExperiment("again", "Succeeded");
    await home.idle();
    expect(has(await home.experiment("again"), "Succeeded")).toBe(true);
    expect(condition(await home.suggestion("again"), "Succeeded")?.status).toBe(
      resumePolicy === "LongRunning" ? undefined : "True",
    );
    await patchSpec(home, created, { maxTrialCount: 5 });
    const done = await home.until(
      EXPERIMENT,
      keyOf(created),
      (object) => has(object, "Succeeded") && object.status?.trialsSucceeded === 5,
    );
    expect(has(done, "Restarting")).toBe(true);
    await home.idle();
    const ids = (await home.suggestion("again")).status?.suggestions?.map(({ id }) => id);
    expect(ids).toEqual([0, 1, 2, 3, 4]);
  });

  it("does not happen with policy Never", async () => {
    const home = await start();
    const created = await home.create(experiment("never", { maxTrialCount: 2, parallelTrialCount: 2 }));
    await home.untilExperiment("never", "Succeeded");
    await patchSpec(home, created, { maxTrialCount: 5 });
    await home.idle();
    expect((await home.trials()).length).toBe(2);
  });
});

describe("what cannot work", () => {
  it("fails with the algorithm's message when the settings are refused", async () => {
    const home = await start();
    const algorithm = { algorithmName: "random", algorithmSettings: [{ name: "random_stat", value: "1" }] };
    await home.create(experiment("refused", { algorithm }));
    const done = await home.untilExperiment("refused", "Failed");
    expect(condition(done, "Failed")?.message).toMatch(
      /Suggestion has failed: Validation failed: unknown setting "random_stat"/,
    );
    expect(await home.trials()).toEqual([]);
  });

  it("fails when the template names a parameter that is not there", async () => {
    const home = await start();
    const object = experiment("hollow");
    object.spec.trialTemplate?.trialParameters?.push({ name: "z", reference: "nowhere" });
    await home.create(object);
    const done = await home.untilExperiment("hollow", "Failed");
    expect(condition(done, "Failed")?.message).toMatch(/template cannot be filled/);
  });

  it("fails a trial whose kind this home does not run, and says which it runs", async () => {
    const home = await start();
    const object = experiment("other", { maxTrialCount: 1, parallelTrialCount: 1 });
    Object.assign(object.spec.trialTemplate?.trialSpec as object, {
      apiVersion: "kubeflow.org/v1",
      kind: "PyTorchJob",
    });
    await home.create(object);
    await home.untilExperiment("other", "Failed");
    const [trial] = await home.trials();
    expect(condition(trial as never, "Failed")?.message).toMatch(
      /cannot run PyTorchJob \(kubeflow.org\/v1\); it runs Job \(batch\/v1\), Pod \(v1\)/,
    );
  });

  it("says why a metric is missing", async () => {
    const train = (): Training => ({ reports: [{ metric: "Loss", value: "1" }] });
    const home = await start({ train, explainMissingMetric: async () => "saw Loss=1; the objective is loss" });
    await home.create(experiment("mute", { maxTrialCount: 1, parallelTrialCount: 1 }));
    const done = await home.untilExperiment("mute", "Failed");
    const [trial] = await home.trials();
    expect(condition(trial as never, "MetricsUnavailable")?.message).toBe(
      "Metrics are not available: saw Loss=1; the objective is loss",
    );
    expect(done.status).toMatchObject({
      trialMetricsUnavailable: 1,
      metricsUnavailableTrialList: [trial?.metadata.name],
    });
  });

  it("warns of other metrics that a trial with its objective did not report", async () => {
    const train = (): Training => ({ reports: [{ metric: "loss", value: "1" }] });
    const home = await start({ train });
    const object = experiment("lean", { maxTrialCount: 1, parallelTrialCount: 1 });
    Object.assign(object.spec.objective as object, {
      additionalMetricNames: ["accuracy"],
      constraints: [{ metricName: "latency", comparison: "less", value: 5 }],
    });
    await home.create(object);
    await home.untilExperiment("lean", "Succeeded");
    const warned = async () =>
      ((await home.store.list(EVENT)).items as StoredEvent[]).filter((one) => one.type === "Warning");
    await vi.waitFor(async () =>
      expect((await warned()).map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
        "MetricsMissing: no value was reported of accuracy, latency; reported were loss; a trial without the metric of a constraint counts as not keeping it",
      ]),
    );
  });

  it.each([
    [
      "1,5",
      {},
      'the value of "loss" is "1,5", which is no number: write numbers with a point and nothing between digits, loss=1.5',
    ],
    ["", {}, 'the value of "loss" is "", which is no number: write one, such as loss=0.5, or nan'],
    [
      "diverged",
      {},
      'the value of "loss" is "diverged", which is no number: write one, such as loss=0.5, or nan when there is none',
    ],
  ])("takes an objective of %j for none, and says what to write", async (value, more, why) => {
    const train = (): Training => ({ reports: [{ metric: "loss", value }] });
    const home = await start({ train });
    await home.create(experiment("text", { maxTrialCount: 1, parallelTrialCount: 1, ...more }));
    const done = await home.untilExperiment("text", "Failed");
    const [trial] = await home.trials();
    expect(condition(trial as never, "MetricsUnavailable")?.message).toBe(`Metrics are not available: ${why}`);
    expect(trial?.status?.observation?.metrics?.[0]?.latest).toBe(value);
    expect(done.status?.currentOptimalTrial?.bestTrialName ?? "").toBe("");
  });

  it("counts by the metric's strategy: text at the end costs a latest, not a min", async () => {
    const reports = ["0.5", "0.4", "stopped"].map((value) => ({ metric: "loss", value }));
    const home = await start({ train: () => ({ reports }) });
    const objective = (value: "latest" | "min") => ({
      type: "minimize" as const,
      objectiveMetricName: "loss",
      metricStrategies: [{ name: "loss", value }],
    });
    const one = { maxTrialCount: 1, parallelTrialCount: 1 };
    await home.create(experiment("min", { ...one, objective: objective("min") }));
    await home.untilExperiment("min", "Succeeded");
    await home.create(experiment("latest", { ...one, objective: objective("latest") }));
    const done = await home.untilExperiment("latest", "Failed");
    expect(condition(done, "Failed")?.message).toContain(
      'the latest value of "loss" is "stopped", which is no number: write one, such as loss=0.5, or nan when there is none; its strategy is latest, so the last one counts: report a number last, or take min or max',
    );
  });

  it("takes text as an objective where the algorithm is not one of ours, as Katib does", async () => {
    const home = await start({
      train: () => ({ reports: [{ metric: "loss", value: "Genotype(normal=[])" }] }),
      samplers: new ForeignSamplers(),
    });
    const algorithm = { algorithmName: "architectures-of-others" };
    await home.create(experiment("text", { maxTrialCount: 2, parallelTrialCount: 1, algorithm }));
    const done = await home.untilExperiment("text", "Succeeded");
    const names = (await home.trials()).map(({ metadata }) => metadata.name);
    expect(done.status?.trialsSucceeded).toBe(2);
    expect(names).toContain(done.status?.currentOptimalTrial?.bestTrialName);
  });
});

describe("a user", () => {
  it("stops one trial, which counts as finished", async () => {
    const gate = new Gate();
    const home = await start({ train: gate.train });
    await home.create(experiment("one", { maxTrialCount: 3, parallelTrialCount: 1 }));
    await home.idle();
    const [trial] = await home.trials();
    await home.store.patch(TRIAL, keyOf(trial as never), {
      metadata: { annotations: { [STOP_ANNOTATION]: "enough" } },
    });
    gate.open();
    const done = await home.untilExperiment("one", "Succeeded");
    expect(done.status).toMatchObject({ trials: 3, trialsKilled: 1, trialsSucceeded: 2 });
    expect(condition((await home.store.get(TRIAL, keyOf(trial as never))) as never, "Killed")).toMatchObject({
      reason: "TrialKilled",
      message: "enough",
    });
  });

  it("deletes an experiment with all that belongs to it, observations too", async () => {
    const gate = new Gate();
    const home = await start({ train: gate.train });
    const created = await home.create(experiment("gone"));
    await home.idle();
    const trials = await home.trials();
    expect(trials).toHaveLength(3);
    await home.store.delete(EXPERIMENT, keyOf(created));
    await home.untilGone(EXPERIMENT, keyOf(created));
    for (const trial of trials) await home.untilGone(TRIAL, keyOf(trial));
    await home.untilGone(SUGGESTION, keyOf(created));
    await home.idle();
    expect(await home.jobs()).toEqual([]);
    for (const { metadata } of trials) expect(await home.observations.summarize(metadata.uid ?? "")).toEqual([]);
    gate.open();
  });

  it("has finished jobs deleted on request, unless they are retained", async () => {
    const home = await start({ deleteFinishedJobs: true });
    await home.create(experiment("tidy", { maxTrialCount: 2, parallelTrialCount: 2 }));
    const retained = experiment("kept", { maxTrialCount: 2, parallelTrialCount: 2 });
    (retained.spec.trialTemplate ?? {}).retain = true;
    await home.create(retained);
    await home.untilExperiment("tidy", "Succeeded");
    await home.untilExperiment("kept", "Succeeded");
    await home.idle();
    const owners = (await home.jobs()).map(({ metadata }) => metadata.name.slice(0, 4));
    expect(owners).toEqual(["kept", "kept"]);
    expect((await home.trials()).every(isTrialCompleted)).toBe(true);
  });

  it("gets the Pareto front of several objectives", async () => {
    const train = (job: StoredJob): Training => {
      const x = Number(job.spec?.template.spec?.containers[0]?.args?.[0]?.slice(4));
      return {
        reports: [
          { metric: "loss", value: `${x}` },
          { metric: "gain", value: `${x}` },
        ],
      };
    };
    const home = await start({ train });
    const objective = {
      type: "minimize",
      objectiveMetricName: "loss",
      additionalObjectives: [{ type: "maximize", objectiveMetricName: "gain" }],
    } as const;
    await home.create(
      experiment("front", { objective: { ...objective, additionalObjectives: [...objective.additionalObjectives] } }),
    );
    const done = await home.untilExperiment("front", "Succeeded");
    expect(done.status?.optimalTrials).toHaveLength(6); // nothing beats anything: what costs more gains more
    expect(done.status?.currentOptimalTrial?.bestTrialName).toBeDefined();
  });
});
