import type { StopDecision, StoppingRule, StoppingRuleFactory, TrialHistory } from "@qalam/algorithms";
import { EXPERIMENT, type Experiment, keyOf, type StoredJob, TRIAL, type Trial } from "@qalam/api";
import { MemoryObservationStore } from "@qalam/store/memory";
import { afterEach, describe, expect, it } from "vitest";
import { AssignedRules } from "../src/early-stopping/assigned-rules.ts";
import { Race } from "../src/early-stopping/race.ts";
import { LocalSamplerHost, type SuggestionReply, type SuggestionRequest } from "../src/index.ts";
import {
  SamplerSession,
  type SessionQuestion,
  type SessionStart,
  sessionQuestion,
  sessionStart,
} from "../src/suggestion/sampler-session.ts";
import { experiment } from "./builders.ts";
import { condition, Home, type HomeOptions, has, parabola } from "./home.ts";
import type { Training } from "./kubelet.ts";

/** Stops a trial that is worse than another one was at the same step. */
class Behind implements StoppingRule {
  readonly #trials = new Map<string, TrialHistory>();

  observe(trial: TrialHistory): void {
    this.#trials.set(trial.id, trial);
  }

  forget(id: string): void {
    this.#trials.delete(id);
  }

  decide(trial: TrialHistory): StopDecision | undefined {
    const [step, value] = [trial.steps.at(-1) ?? 0, trial.values.at(-1) ?? 0];
    for (const other of this.#trials.values()) {
      const better = other.values[other.steps.lastIndexOf(step)];
      if (better !== undefined && better < value)
        return { message: `behind: ${value} at step ${step}, ${other.id} had ${better}` };
    }
    return undefined;
  }
}
/** Stops a trial whose loss has risen. */
class Rising implements StoppingRule {
  observe(): void {}
  forget(): void {}
  decide({ values }: TrialHistory): StopDecision | undefined {
    const [before = Number.POSITIVE_INFINITY, last = 0] = values.slice(-2);
    return values.length > 1 && last > before ? { message: "rising" } : undefined;
  }
}

/** Keeps what was asked. */
class Recording extends LocalSamplerHost {
  readonly #requests: { start: SessionStart; question: SessionQuestion }[] = [];

  override ask(request: SuggestionRequest): Promise<SuggestionReply> {
    const { state: _, ...start } = sessionStart(request);
    this.#requests.push({ start, question: sessionQuestion(request, 0) });
    return super.ask(request);
  }

  last(): { start: SessionStart; question: SessionQuestion } {
    return this.#requests.at(-1) as { start: SessionStart; question: SessionQuestion };
  }
}
const factory: StoppingRuleFactory = {
  name: "behind",
  summary: "stops what is behind",
  settings: [{ name: "margin", type: "float", description: "unused" }],
  create: () => new Behind(),
};
const stoppingRules = (name: string): StoppingRuleFactory | undefined => (name === "behind" ? factory : undefined);

describe("a race", () => {
  const loss = (value: string) => ({ metric: "loss", value });

  it("compares running trials with each other, and stops none that has ended", () => {
    const race = new Race([[new Behind()]], { type: "minimize", objectiveMetricName: "loss" });
    race.setTrial("a", "running");
    race.setTrial("b", "running");
    race.add("a", loss("0.5"));
    race.add("b", loss("0.7"));
    expect(race.decide("a")).toBeUndefined();
    expect(race.decide("b")).toMatch(/behind: 0.7 at step 1, a had 0.5/);
    race.setTrial("b", "succeeded");
    expect(race.decide("b")).toBeUndefined();
    race.setTrial("b", "running");
    race.remove("a");
    expect(race.decide("b")).toBeUndefined();
  });

  it("shows rules losses: larger is better when maximising", () => {
    const race = new Race([[new Behind()]], { type: "maximize", objectiveMetricName: "loss" });
    for (const [uid, value] of [
      ["a", "0.5"],
      ["b", "0.7"],
    ] as const) {
      race.setTrial(uid, "running");
      race.add(uid, loss(value));
    }
    expect([race.decide("a") !== undefined, race.decide("b") !== undefined]).toEqual([true, false]);
  });

  it("stops a trial of several objectives only when it is behind in all", () => {
    const objective = {
      type: "minimize",
      objectiveMetricName: "loss",
      additionalObjectives: [{ type: "maximize" as const, objectiveMetricName: "gain" }],
    } as const;
    const race = new Race([[new Behind()], [new Behind()]], {
      ...objective,
      additionalObjectives: [...objective.additionalObjectives],
    });
    const report = (uid: string, loss: string, gain: string) => {
      race.setTrial(uid, "running");
      race.add(uid, { metric: "loss", value: loss });
      race.add(uid, { metric: "gain", value: gain });
    };
    report("a", "1", "5");
    report("cheap", "2", "9");
    report("bad", "3", "1");
    expect(["a", "cheap", "bad"].map((uid) => race.decide(uid) !== undefined)).toEqual([false, false, true]);
  });
});

describe("rules that a service assigned", () => {
  const rule = { name: "loss", value: "0.5", comparison: "greater", startStep: 3 } as const;

  it("are tested at every report from startStep on, on the best value so far", () => {
    const rules = new AssignedRules([rule], { type: "minimize", objectiveMetricName: "loss" });
    expect(["0.9", "0.9"].map((value) => rules.report("loss", value))).toEqual([undefined, undefined]);
    expect(rules.report("loss", "0.8")).toBe("loss 0.8 is greater than 0.5 at report 3");
    const late = new AssignedRules([rule], { type: "minimize", objectiveMetricName: "loss" });
    expect(["0.4", "0.9", "0.9", "0.9"].map((value) => late.report("loss", value))).toEqual(Array(4).fill(undefined));
  });

  it("stop a trial once each was met", () => {
    const other = { name: "time", value: "10", comparison: "greater" } as const;
    const rules = new AssignedRules([{ ...rule, startStep: 0 }, other], {
      type: "minimize",
      objectiveMetricName: "loss",
    });
    expect(rules.report("time", "11")).toBeUndefined();
    expect(rules.report("time", "1")).toBeUndefined();
    expect(rules.report("loss", "nan")).toBeUndefined();
    expect(rules.report("loss", "0.6")).toBe(
      "time 11 is greater than 10 at report 1 and loss 0.6 is greater than 0.5 at report 1",
    );
  });
});

const homes: Home[] = [];
async function start(options: HomeOptions): Promise<Home> {
  const home = await Home.start({ stoppingRules, ...options });
  homes.push(home);
  return home;
}

afterEach(async () => {
  for (const home of homes.splice(0)) {
    expect(home.errors).toEqual([]);
    await home.close();
  }
});

const forever = new Promise<never>(() => {});

/** The first training reports 0.1 and ends; the others report 0.9 and would go on for ever. */
function firstIsBest(): (job: StoredJob) => Training {
  let count = 0;
  return () =>
    count++ === 0
      ? { reports: [{ metric: "loss", value: "0.1" }] }
      : { reports: [{ metric: "loss", value: "0.9" }], until: forever };
}

function stopping(name: string, spec: Partial<Experiment["spec"]> = {}): Experiment {
  return experiment(name, {
    earlyStopping: { algorithmName: "behind" },
    maxTrialCount: 4,
    parallelTrialCount: 1,
    ...spec,
  });
}

describe("early stopping of running trials", () => {
  it("ends them with observation, message and completion time, and frees their place", async () => {
    const home = await start({ train: firstIsBest() });
    await home.create(stopping("stops"));
    const done = await home.untilExperiment("stops", "Succeeded");
    await home.idle();
    expect(done.status).toMatchObject({ trials: 4, trialsSucceeded: 1, trialsEarlyStopped: 3 });
    const stopped = (await home.trials()).filter((trial) => has(trial, "EarlyStopped"));
    for (const trial of stopped) {
      expect(condition(trial, "EarlyStopped")).toMatchObject({
        reason: "TrialEarlyStopped",
        message: expect.stringMatching(/^Trial is early stopped: behind: 0.9 at step 1, .* had 0.1$/),
      });
      expect(has(trial, "Running")).toBe(false);
      expect(trial.status?.observation?.metrics?.[0]).toMatchObject({ name: "loss", latest: "0.9" });
      expect(trial.status?.completionTime).toBeDefined();
    }
    expect((await home.jobs()).filter(({ spec }) => spec?.suspend)).toHaveLength(3);
  });

  it("are told to the algorithm with the reports they made, which decide about its suggestions", async () => {
    // Each gets a little further than the one before.
    let count = 0;
    const train = (): Training => {
      const steps = Array.from({ length: ++count }, (_, i) => i + 1);
      const reports = steps.map((step) => ({
        metric: "loss",
        value: String((step === count ? 1 : 0.1) + count),
        step,
      }));
      return count === 1 ? { reports: [{ metric: "loss", value: "0.1" }] } : { reports, until: forever };
    };
    const samplers = new Recording();
    const home = await start({
      train,
      samplers,
      stoppingRules: (name) => (name === "behind" ? { ...factory, create: () => new Rising() } : undefined),
    });
    const algorithm = { algorithmName: "tpe", algorithmSettings: [{ name: "n_startup_trials", value: "2" }] };
    await home.create(stopping("told", { maxTrialCount: 8, algorithm }));
    await home.untilExperiment("told", "Succeeded");
    const { start: first, question } = samplers.last();
    const told = question.finished.map(({ state, intermediate }) => [
      state,
      intermediate?.at(-1)?.[0],
      intermediate?.length,
    ]);
    expect(told.slice(0, 4)).toEqual([
      ["succeeded", undefined, undefined],
      ["early-stopped", 2, 2],
      ["early-stopped", 3, 3],
      ["early-stopped", 4, 4],
    ]);
    const answer = (finished: typeof question.finished) => new SamplerSession(first).answer({ ...question, finished });
    const blind = question.finished.map(({ intermediate: _, ...rest }) => rest);
    expect(answer(question.finished).assignments).not.toEqual(answer(blind).assignments);
  });

  it("works for pushed metrics, and counts what is reported while the training stops", async () => {
    const observations = new MemoryObservationStore();
    const home = await start({ observations, train: firstIsBest() });
    // A trap in the training reports once more when it is told to stop.
    home.kubelet.onStop = ({ metadata }) =>
      observations.append(metadata.ownerReferences?.[0]?.uid ?? "", [
        { metric: "loss", value: "0.05", time: "2026-01-01T00:00:01Z", source: "push", sequence: 0 },
      ]);
    await home.create(stopping("push", { maxTrialCount: 2 }));
    await home.untilExperiment("push", "Succeeded");
    await home.idle();
    const [stopped] = (await home.trials()).filter((trial) => has(trial, "EarlyStopped"));
    expect(stopped?.status?.observation?.metrics?.[0]).toMatchObject({ min: "0.05", latest: "0.05" });
    await home.until(
      EXPERIMENT,
      { namespace: "default", name: "push" },
      ({ status }) => status?.currentOptimalTrial?.bestTrialName === stopped?.metadata.name,
    );
  });

  it("decides after a restart by what was reported while nobody looked, without waiting for a report", async () => {
    const observations = new MemoryObservationStore();
    const home = await start({ observations, train: () => ({ reports: [], until: forever }) });
    await home.create(stopping("resumed", { maxTrialCount: 2, parallelTrialCount: 2 }));
    await home.idle();
    const [slow, fast] = (await home.trials()) as [Trial, Trial];
    const report = async (trial: Trial, value: string, sequence: number) => {
      const row = { metric: "loss", value, time: "2026-01-01T00:00:00Z", source: "log", sequence };
      await observations.append(trial.metadata.uid ?? "", [row]);
    };
    await report(fast, "0.9", 0);
    await report(slow, "0.5", 0);
    await home.idle();
    await home.stopControllers();
    await report(slow, "0.6", 1);
    await report(fast, "0.3", 1);
    await home.startControllers();
    await home.idle();
    const now = async (trial: Trial) => (await home.store.get(TRIAL, keyOf(trial))) as Trial;
    expect(condition(await now(slow), "EarlyStopped")?.message).toBe(
      `Trial is early stopped: behind: 0.6 at step 2, ${fast.metadata.uid} had 0.3`,
    );
    expect(has(await now(fast), "EarlyStopped")).toBe(false);
  });

  it("gives a trial exactly one outcome when it ends at the moment it should stop", async () => {
    for (let round = 0; round < 20; round++) {
      let count = 0;
      const train = (job: StoredJob): Training =>
        count++ === 0 ? parabola(job) : { reports: [{ metric: "loss", value: "9" }] }; // reports and ends in one go
      const home = await start({ train });
      await home.create(stopping(`race-${round}`, { maxTrialCount: 3 }));
      const done = await home.untilExperiment(`race-${round}`, "Succeeded");
      const { trialsSucceeded = 0, trialsEarlyStopped = 0 } = done.status ?? {};
      expect(trialsSucceeded + trialsEarlyStopped).toBe(3);
      await home.idle();
      for (const trial of await home.trials())
        expect(["Succeeded", "EarlyStopped", "Killed", "Failed"].filter((type) => has(trial, type))).toHaveLength(1);
    }
  });

  it("refuses unknown rules and settings", async () => {
    const home = await start({});
    await home.create(stopping("unknown", { earlyStopping: { algorithmName: "behin" } }));
    await home.create(
      stopping("settings", {
        earlyStopping: { algorithmName: "behind", algorithmSettings: [{ name: "margins", value: "1" }] },
      }),
    );
    expect(condition(await home.untilExperiment("unknown", "Failed"), "Failed")?.message).toMatch(
      /unknown early-stopping algorithm "behin"/,
    );
    expect(condition(await home.untilExperiment("settings", "Failed"), "Failed")?.message).toMatch(
      /unknown setting "margins"/,
    );
  });
});
