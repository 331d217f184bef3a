import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TRIAL, type Trial } from "@qalam/api";
import { openDataDirectory } from "@qalam/store/sqlite";
import { describe, expect, it } from "vitest";
import { type ManifestOptions, writeManifest } from "./manifest.ts";
import { collect, qalam, startQalam, temporaryFolder, untilOutput } from "./qalam-command.ts";
import { untilFile } from "./until-file.ts";

interface StoredTrial {
  metadata: { name: string };
  status: {
    conditions: { type: string; status: string; reason: string; message: string }[];
    completionTime?: string;
    observation?: { metrics: { name: string; min: string; max: string; latest: string }[] };
  };
}

async function trialsOf(home: string): Promise<StoredTrial[]> {
  const { stdout } = await qalam(["get", "trials", "-o", "json"], { home });
  return (JSON.parse(stdout) as { items: StoredTrial[] }).items;
}

function holds({ status }: StoredTrial, type: string): boolean {
  return status.conditions.some((condition) => condition.type === type && condition.status === "True");
}

function messageOf({ status }: StoredTrial, type: string): string {
  return status.conditions.find((condition) => condition.type === type)?.message ?? "";
}

/** A process that has ended but whose parent has not asked for it counts as gone. */
function isRunning(pid: string): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Writes the condition into the trial that runs, while no server has the data directory. */
async function writeEarlyStopped(home: string, why: { reason: string; message: string }): Promise<void> {
  const { resources, close } = await openDataDirectory(home);
  const [trial] = (await resources.list(TRIAL)).items.filter(({ status }) => status?.completionTime === undefined);
  const now = new Date().toISOString();
  const others = trial?.status?.conditions?.map((one) =>
    one.type === "Running" ? { ...one, status: "False" as const } : one,
  );
  const stopped = {
    type: "EarlyStopped",
    status: "True",
    lastTransitionTime: now,
    lastUpdateTime: now,
    ...why,
  } as const;
  await resources.updateStatus(TRIAL, {
    ...(trial as Trial),
    status: { ...trial?.status, conditions: [...(others ?? []), stopped] },
  });
  await close();
}

const medianstop = (settings: Record<string, string> = { min_trials_required: "3", start_step: "2" }) => ({
  earlyStopping: {
    algorithmName: "medianstop",
    algorithmSettings: Object.entries(settings).map(([name, value]) => ({ name, value })),
  },
});

/** Numbers trainings in $N, each differently, also those that start together. */
const takePlace = "N=1; while ! mkdir place$N 2>/dev/null; do N=$((N+1)); done";

/** The first three trainings are good and end; what the others do is given. They hear of their number in $N. */
const afterThreeGood = (others: string) => `
  echo run >> runs; ${takePlace}
  if [ $N -le 3 ]; then for i in 1 2 3 4; do echo "epoch=$i loss=0.$N"; done; exit 0; fi
  ${others}`;
const bad = 'echo "epoch=1 loss=0.9"; echo "epoch=2 loss=0.8"';

/** Runs an experiment whose fourth and last training is as given. */
async function runFourth(script: string, options: ManifestOptions = {}) {
  const home = temporaryFolder();
  const file = writeManifest(home, {
    max: 4,
    parallel: 1,
    script: afterThreeGood(script),
    spec: medianstop(),
    ...options,
  });
  const result = await qalam(["run", file], { home });
  const fourth = (await trialsOf(home)).find((trial) => messageOf(trial, "Succeeded") === "") as StoredTrial;
  return { home, result, fourth };
}

describe("early stopping with real processes", () => {
  it("stops bad trials with observation, rule and numbers, and their places are free at once", async () => {
    const home = temporaryFolder();
    const script = afterThreeGood(`${bad}; exec sleep 1000`);
    const file = writeManifest(home, { max: 7, parallel: 1, script, spec: medianstop() });
    const result = await qalam(["run", file], { home });
    expect(result.stderr + result.stdout).toContain("7: 3 succeeded, 4 stopped early");
    expect(result.status).toBe(0);
    const stopped = (await trialsOf(home)).filter((trial) => holds(trial, "EarlyStopped"));
    expect(stopped).toHaveLength(4);
    for (const trial of stopped) {
      expect(messageOf(trial, "EarlyStopped")).toMatch(
        /^Trial is early stopped: medianstop: the best loss up to step 2 is 0\.8, worse than 0\.\d+, the median of the averages of [3-6] other trials up to there$/,
      );
      expect(holds(trial, "Running")).toBe(false);
      expect(trial.status.completionTime).toBeDefined();
      expect(trial.status.observation?.metrics).toEqual([{ name: "loss", min: "0.8", max: "0.9", latest: "0.8" }]);
    }
  });

  it("compares running trials with each other as they are now", async () => {
    const home = temporaryFolder();
    // Three are far ahead and wait for the end of the fourth; no trial has ended when it is judged.
    const script = `
      ${takePlace}; i=0
      if [ $N -le 3 ]; then
        while [ $i -lt 500 ]; do i=$((i+1)); echo "epoch=$i loss=0.$N"; done
        while [ ! -e enough ]; do sleep 0.05; done
      else
        while :; do i=$((i+1)); echo "epoch=$i loss=0.9"; sleep 0.05; done
      fi`;
    const child = startQalam(["run", writeManifest(home, { max: 4, parallel: 4, script, spec: medianstop() })], {
      home,
    });
    const output = collect(child);
    expect(await untilOutput(child, /stopped early.*\n/)).not.toContain("succeeded");
    writeFileSync(join(home, "enough"), "");
    expect((await output).stdout).toContain("4: 3 succeeded, 1 stopped early");
  });

  it("stops a trial of several objectives that is behind in all of them, and none that is good at one", async () => {
    const home = temporaryFolder();
    const report = (loss: string, gain: string) => `for i in 1 2 3; do echo "epoch=$i loss=${loss} gain=${gain}"; done`;
    const script = `echo run >> runs; case $(wc -l < runs) in
      [123]) ${report("0.2", "5")};; 4) ${report("0.9", "9")};; *) ${report("0.9", "1")}; exec sleep 1000;; esac`;
    const objective = {
      type: "minimize",
      objectiveMetricName: "loss",
      additionalObjectives: [{ type: "maximize", objectiveMetricName: "gain" }],
    };
    const spec = { ...medianstop(), objective };
    const result = await qalam(["run", writeManifest(home, { max: 5, parallel: 1, script, spec })], { home });
    expect(result.stdout + result.stderr).toContain("5: 4 succeeded, 1 stopped early");
    const [stopped] = (await trialsOf(home)).filter((trial) => holds(trial, "EarlyStopped"));
    expect(messageOf(stopped as StoredTrial, "EarlyStopped")).toMatch(
      /best loss .*0\.9.*; medianstop: the best gain .* is 1,/,
    );
  });

  it("stops by whichever of several rules says so first", async () => {
    const { earlyStopping } = medianstop();
    const threshold = { algorithmName: "threshold", algorithmSettings: [{ name: "value", value: "0.85" }] };
    const spec = { earlyStopping: { ...earlyStopping, additionalAlgorithms: [threshold] } };
    const { fourth } = await runFourth('echo "epoch=1 loss=0.9"; exec sleep 1000', { spec });
    expect(messageOf(fourth, "EarlyStopped")).toContain("threshold: loss is 0.9 at step 1, worse than 0.85");
  });
});

describe("a training that is stopped early", () => {
  it("gets SIGTERM with its children, may save a checkpoint and report once more; its exit status makes no failure", async () => {
    const { home, fourth, result } = await runFourth(
      `trap 'kill $C; echo saved > checkpoint; echo "epoch=3 loss=0.7"; exit 7' TERM
       sleep 987 & C=$!; setsid sleep 986 > /dev/null 2>&1 & echo $! > child
       ${bad}; wait $C; wait`,
    );
    expect(result.status).toBe(0);
    expect(holds(fourth, "EarlyStopped")).toBe(true);
    expect(holds(fourth, "Failed")).toBe(false);
    expect(fourth.status.observation?.metrics).toEqual([{ name: "loss", min: "0.7", max: "0.9", latest: "0.7" }]);
    expect(readFileSync(join(home, "checkpoint"), "utf8")).toBe("saved\n");
    expect(isRunning(readFileSync(join(home, "child"), "utf8").trim())).toBe(false);
  });

  it("is killed after its grace period when it does not listen", async () => {
    const { home, fourth } = await runFourth(`trap '' TERM; echo $$$$ > process; ${bad}; while :; do sleep 0.2; done`, {
      pod: { terminationGracePeriodSeconds: 1 },
    });
    expect(holds(fourth, "EarlyStopped")).toBe(true);
    expect(fourth.status.completionTime).toBeDefined();
    expect(isRunning(readFileSync(join(home, "process"), "utf8").trim())).toBe(false);
  });

  it.each([
    ["0", ["Succeeded", "EarlyStopped"]],
    ["3", ["Failed", "EarlyStopped"]],
  ])("has one outcome when it ends by itself with status %s at the very moment", async (status, outcomes) => {
    const home = temporaryFolder();
    const max = 40;
    const script = afterThreeGood(`${bad}; exit ${status}`);
    const file = writeManifest(home, { max, parallel: 4, script, spec: { ...medianstop(), maxFailedTrialCount: max } });
    expect((await qalam(["run", file], { home })).status).toBe(0);
    const trials = await trialsOf(home);
    expect(trials).toHaveLength(max);
    for (const trial of trials) {
      const found = ["Succeeded", "EarlyStopped", "Failed", "Killed", "MetricsUnavailable"].filter((type) =>
        holds(trial, type),
      );
      expect(found).toHaveLength(1);
      expect([...outcomes, "Succeeded"]).toContain(found[0]);
      expect(trial.status.completionTime).toBeDefined();
      expect(trial.status.observation?.metrics[0]?.latest).toMatch(/^0\.[1238]$/);
    }
  });
});

describe("a server that is killed while a rule is active", () => {
  it("decides after the restart by everything reported before and meanwhile, and stops what it decided to stop", async () => {
    const home = temporaryFolder();
    // The fourth reports while no server listens: as if the server had died between the decision and its first write.
    const script = afterThreeGood(
      `: > started; while [ ! -e go ]; do sleep 0.05; done; ${bad}; : > reported; exec sleep 1000`,
    );
    const file = writeManifest(home, { max: 5, parallel: 1, script, spec: medianstop() });
    const first = startQalam(["run", file], { home });
    const killed = collect(first);
    await untilFile(home, "started");
    first.kill("SIGKILL");
    await killed;
    writeFileSync(join(home, "go"), "");
    await untilFile(home, "reported");
    const second = await qalam(["run", file], { home });
    expect(second.stdout).toContain("5: 3 succeeded, 2 stopped early");
    const stopped = (await trialsOf(home)).filter((trial) => holds(trial, "EarlyStopped"));
    for (const trial of stopped)
      expect(trial.status.observation?.metrics).toEqual([{ name: "loss", min: "0.8", max: "0.9", latest: "0.8" }]);
    expect(readFileSync(join(home, "runs"), "utf8")).toBe("run\n".repeat(5));
  });

  it("ends a training whose trial is EarlyStopped already, once, and fills its place", async () => {
    const home = temporaryFolder();
    const script = afterThreeGood(
      `if [ $N -gt 4 ]; then exec echo loss=0.1; fi; echo $$$$ > process; echo loss=0.5; : > started; exec sleep 1000`,
    );
    const file = writeManifest(home, { max: 5, parallel: 1, script, spec: medianstop({ start_step: "9" }) });
    const first = startQalam(["run", file], { home });
    const killed = collect(first);
    await untilFile(home, "started");
    first.kill("SIGKILL");
    await killed;
    // What a server leaves that dies between this write and the suspension of the Job.
    const why = { reason: "TrialEarlyStopped", message: "Trial is early stopped: as decided before" };
    await writeEarlyStopped(home, why);
    const second = await qalam(["run", file], { home });
    expect(second.stdout).toContain("5: 4 succeeded, 1 stopped early");
    const [stopped, ...others] = (await trialsOf(home)).filter((trial) => holds(trial, "EarlyStopped"));
    expect(others).toEqual([]);
    expect(stopped?.status.conditions.filter(({ type }) => type === "EarlyStopped")).toMatchObject([why]);
    expect(stopped?.status.completionTime).toBeDefined();
    expect(stopped?.status.observation?.metrics[0]?.latest).toBe("0.5");
    expect(isRunning(readFileSync(join(home, "process"), "utf8").trim())).toBe(false);
  });
});

describe("budgets", () => {
  it("maxDuration ends the experiment with a reason of its own; trials that still run say so", async () => {
    const home = temporaryFolder();
    const script = afterThreeGood('echo "epoch=1 loss=0.4"; exec sleep 1000');
    const spec = { maxDuration: "5s" };
    const result = await qalam(["run", writeManifest(home, { max: 9, parallel: 1, script, spec })], { home });
    expect(result.stdout).toContain("maxDuration of 5s is used up");
    const [killed] = (await trialsOf(home)).filter((trial) => holds(trial, "Killed"));
    const condition = killed?.status.conditions.find(({ type }) => type === "Killed");
    expect(condition).toMatchObject({ reason: "ExperimentMaxDurationReached" });
    expect(condition?.message).toBe("Trial is stopped because the maxDuration of 5s of its experiment is used up");
    expect(killed?.status.observation?.metrics[0]?.latest).toBe("0.4");
  });

  it("activeDeadlineSeconds ends a trial with a reason of its own, and its observation", async () => {
    const { fourth } = await runFourth('echo "epoch=1 loss=0.4"; exec sleep 1000', {
      job: { activeDeadlineSeconds: 2 },
      spec: { ...medianstop(), maxFailedTrialCount: 2 },
    });
    const condition = fourth.status.conditions.find(({ type }) => type === "Failed");
    expect(condition?.reason).toBe("TrialFailed. Job reason: DeadlineExceeded");
    expect(condition?.message).toMatch(/Job was active longer than specified deadline \(2 s\)/);
    expect(fourth.status.observation?.metrics[0]?.latest).toBe("0.4");
  });
});

describe("early stopping is checked when an experiment is submitted", () => {
  it.each([
    ["medianstopp", {}, [/unknown algorithm "medianstopp"/, /did you mean "medianstop"/]],
    [
      "medianstop",
      { start_stp: "1" },
      [/unknown setting "start_stp"/, /accepted: min_trials_required, start_step/, /did you mean "start_step"/],
    ],
    ["medianstop", { start_step: "0" }, [/start_step: must be at least 1, found 0/]],
    ["medianstop", { min_trials_required: "x" }, [/min_trials_required: expected a whole number, found "x"/]],
    ["threshold", {}, [/setting "value" is required/]],
    ["hyperband", { max_step: "3", start_step: "5" }, [/start_step: must be at most max_step \(3\), found 5/]],
  ] as [string, Record<string, string>, RegExp[]][])("%s %o", async (name, settings, says) => {
    const home = temporaryFolder();
    const { earlyStopping } = medianstop(settings);
    const file = writeManifest(home, { spec: { earlyStopping: { ...earlyStopping, algorithmName: name } } });
    const { status, stderr } = await qalam(["validate", file], { home });
    expect(status).toBe(2);
    for (const text of says) expect(stderr).toMatch(text);
    expect(stderr).toMatch(/default-test\.yaml:\d+:\d+/);
  });
});
