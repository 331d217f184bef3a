import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JOB, POD, type StoredPod } from "@qalam/api";
import { systemClock } from "@qalam/runtime";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ContainerRun } from "../src/container/container-run.ts";
import { bootId } from "../src/container/process-identity.ts";
import { RunState } from "../src/container/run-state.ts";
import {
  createTrial,
  filesOf,
  type Home,
  isRunning,
  jobHas,
  logOf,
  podsOf,
  shellJob,
  shellPod,
  startHome,
  until,
  untilGone,
} from "./runner-fixture.ts";

/** Counts its starts, then runs until it is told to go on. */
const patient = (folder: string, end = "exit 0") =>
  `echo start >> ${folder}/starts; echo $$$$ > ${folder}/pid; echo before; while [ ! -e ${folder}/go ]; do sleep 0.02; done; echo after; ${end}`;

async function started(folder: string): Promise<string> {
  await vi.waitFor(() => expect(readFileSync(join(folder, "pid"), "utf8")).toMatch(/\n$/), 10_000);
  return readFileSync(join(folder, "pid"), "utf8").trim();
}

function starts(folder: string): number {
  return readFileSync(join(folder, "starts"), "utf8").trim().split("\n").length;
}

/** Process numbers whose command line and environment hold a text. */
function processesWith(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").includes(text) && isRunning(pid);
      } catch {
        return false; // ended meanwhile
      }
    })
    .map(Number);
}

/** Number of the process that makes the first run of a pod. */
function shimOf(folder: string, pod: StoredPod | undefined): number {
  return new RunState(`${filesOf(folder, pod)}/main.0`).process()?.pid ?? Number.NaN;
}

const shimsOf = (folder: string) => processesWith(`QALAM_CONTAINER_RUN=${folder}/launcher`);

async function completed({ store }: Home): Promise<void> {
  const job = await until(store, JOB, "job", (one) => jobHas("Complete")(one) || jobHas("Failed")(one));
  expect(job.status?.conditions?.at(-1)).toMatchObject({ type: "Complete" });
}

describe("a training that outlives its server", () => {
  it("is taken up while it runs: started once, its output and its end are seen", async () => {
    const first = await startHome();
    const { folder } = first;
    await first.store.create(JOB, shellJob(patient(folder)));
    const pid = await started(folder);
    const second = await first.restart(false);
    expect(isRunning(pid)).toBe(true);
    writeFileSync(join(folder, "go"), "");
    await completed(second);
    const [pod] = await podsOf(second.store, "job");
    expect(await logOf(second, pod!)).toBe("before\nafter\n");
    expect(starts(folder)).toBe(1);
    expect(pod?.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  it("is read when it has ended meanwhile, with its exit status and its metrics, none twice", async () => {
    const first = await startHome({}, "sqlite");
    const { folder, store } = first;
    const trial = await createTrial(store, `echo loss=2; ${patient(folder, "echo loss=1; exit 3")}`, {
      name: "job",
    });
    const pid = await started(folder);
    const closed = first.restart(false);
    writeFileSync(join(folder, "go"), "");
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 10_000);
    const second = await closed;
    await until(store, JOB, "job", jobHas("Failed"));
    const [pod] = await podsOf(store, "job");
    expect(pod?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 3, reason: "Error" });
    const rows = await second.observations.query(trial.metadata.uid ?? "");
    expect(rows.map(({ value }) => value)).toEqual(["2", "1"]);
    expect(starts(folder)).toBe(1);
  });

  it("runs again, and the first run does not count, when the server stopped it to close", async () => {
    const first = await startHome();
    const { folder } = first;
    await first.store.create(JOB, shellJob(patient(folder)));
    const pid = await started(folder);
    const closed = first.restart(true);
    writeFileSync(join(folder, "go"), "");
    const second = await closed;
    expect(isRunning(pid)).toBe(false);
    await completed(second);
    expect(starts(folder)).toBe(2);
    const job = await second.store.get(JOB, { namespace: "default", name: "job" });
    expect(job?.status?.failed).toBeUndefined();
  });

  it("runs again when its shim was killed while no server ran", async () => {
    const first = await startHome();
    const { folder, store } = first;
    await store.create(JOB, shellJob(patient(folder)));
    const pid = await started(folder);
    const [pod] = await podsOf(store, "job");
    const restarted = first.restart(false);
    const shim = shimOf(folder, pod);
    process.kill(shim, "SIGKILL");
    const second = await restarted;
    await vi.waitFor(() => expect(starts(folder)).toBe(2), 10_000);
    expect(isRunning(pid)).toBe(false); // two of them must not write side by side
    writeFileSync(join(folder, "go"), "");
    await completed(second);
  });

  it("is seen to be gone when its shim is killed after it was taken up", async () => {
    const first = await startHome();
    const { folder, store } = first;
    await store.create(JOB, shellJob(patient(folder)));
    await started(folder);
    const second = await first.restart(false);
    const [pod] = await podsOf(store, "job");
    const shim = shimOf(folder, pod);
    process.kill(shim, "SIGKILL");
    await vi.waitFor(() => expect(starts(folder)).toBe(2), 10_000);
    writeFileSync(join(folder, "go"), "");
    await completed(second);
  });

  it("is ended when its pod was deleted while no server ran", async () => {
    const first = await startHome();
    const { folder, store } = first;
    await store.create(JOB, shellJob(patient(folder)));
    const pid = await started(folder);
    await first.runner.close(false);
    const [pod] = await podsOf(store, "job");
    await store.delete(JOB, { namespace: "default", name: "job" });
    await store.delete(POD, { namespace: "default", name: pod?.metadata.name ?? "" });
    await first.restart(false);
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 10_000);
    await vi.waitFor(async () => expect(await podsOf(store, "job")).toEqual([]), 10_000);
  });

  it("keeps the restarts there were", async () => {
    const first = await startHome();
    const { folder, store } = first;
    const script = `[ -e ${folder}/once ] || { : > ${folder}/once; exit 1; }; ${patient(folder)}`;
    await store.create(JOB, shellJob(script, { job: { backoffLimit: 3 }, pod: { restartPolicy: "OnFailure" } }));
    await started(folder);
    const second = await first.restart(false);
    writeFileSync(join(folder, "go"), "");
    await completed(second);
    const [pod] = await podsOf(store, "job");
    expect(pod?.status?.containerStatuses?.[0]?.restartCount).toBe(1);
  });
});

describe("the state of a run", () => {
  const start = { startedAt: 1, gpus: [] };
  const newPath = () => join(mkdtempSync(join(tmpdir(), "qalam-run-")), "main.0");

  it("is what the shim added, not what stands in its commands", () => {
    const path = newPath();
    const state = new RunState(path);
    state.begin(start, "exec sh -c 'ü\n# process 1 (sh) S\n# exit 0\n'\n");
    expect([state.process(), state.exit()]).toEqual([undefined, undefined]);
    appendFileSync(`${path}.start`, `# process ${readFileSync("/proc/self/stat", "utf8")}# exit 3`);
    expect(state.process()?.pid).toBe(process.pid);
    expect(state.exit()).toBeUndefined(); // a line that is not whole
    appendFileSync(`${path}.start`, "\n");
    expect(state.exit()?.code).toBe(3);
  });

  it("of an earlier version is taken up: running, then ended", async () => {
    const path = newPath();
    const training = spawn("sleep", ["1000"]);
    onTestFinished(() => void training.kill("SIGKILL"));
    writeFileSync(`${path}.start`, `# ${JSON.stringify({ ...start, boot: bootId() })}\nexec sleep 1000\n`);
    writeFileSync(`${path}.process`, readFileSync(`/proc/${training.pid}/stat`, "utf8"));
    const run = ContainerRun.adopt({ path, log: `${path}.log` }, systemClock);
    const first = await Promise.race([run.ended, new Promise((resolve) => setImmediate(() => resolve("runs")))]);
    expect(first).toBe("runs");
    writeFileSync(`${path}.exit`, "7\n");
    expect(await run.ended).toMatchObject({ exitCode: 7, startedAt: 1 });
    expect(await ContainerRun.adopt(run.place, systemClock).ended).toMatchObject({ exitCode: 7 });
  });
});

describe("the shims of a server", () => {
  it("when one is killed, its run has ended by that signal and the others go on", async () => {
    const home = await startHome();
    const { folder, store } = home;
    await store.create(POD, shellPod(patient(folder)));
    const pid = await started(folder);
    await store.create(
      JOB,
      shellJob(`while [ ! -e ${folder}/go ]; do sleep 0.02; done; echo other`, { name: "other" }),
    );
    await until(store, JOB, "other", ({ status }) => status?.ready === 1);
    const pod = await store.get(POD, { namespace: "default", name: "pod" });
    process.kill(shimOf(folder, pod), "SIGKILL");
    const failed = await until(store, POD, "pod", ({ status }) => status?.phase === "Failed");
    expect(failed.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 137, signal: 9 });
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 10_000);
    writeFileSync(join(folder, "go"), "");
    await until(store, JOB, "other", jobHas("Complete"));
    const [other] = await podsOf(store, "other");
    expect(await logOf(home, other!)).toBe("other\n");
  });

  it("are as many as there are runs at a time, and go with it", async () => {
    const home = await startHome();
    const { folder, store } = home;
    for (let i = 0; i < 6; i++) {
      await store.create(JOB, shellJob("echo done", { name: `job-${i}` }));
      await until(store, JOB, `job-${i}`, jobHas("Complete"));
    }
    expect(shimsOf(folder)).toHaveLength(1);
    await home.runner.close(true);
    await vi.waitFor(() => expect(shimsOf(folder)).toEqual([]), 10_000);
  });

  it("that a killed server left without a run are ended, those with one are not", async () => {
    const home = await startHome();
    const { folder, store } = home;
    const env = { QALAM_CONTAINER_RUN: `${folder}/launcher` };
    const stray = spawn("sleep", ["1000"], { env, detached: true });
    const ended = new Promise((resolve) => stray.once("exit", (_code, signal) => resolve(signal)));
    await store.create(JOB, shellJob(patient(folder)));
    await started(folder);
    const second = await home.restart(false);
    expect(await ended).toBe("SIGKILL");
    expect(shimsOf(folder)).toHaveLength(2); // a new one, and that of the run
    writeFileSync(join(folder, "go"), "");
    await completed(second);
    await vi.waitFor(() => expect(shimsOf(folder)).toHaveLength(1), 10_000);
    expect(starts(folder)).toBe(1);
  });

  it("stops a run that is asked to stop before it has a process", async () => {
    const { store, folder } = await startHome();
    for (let round = 0; round < 10; round++) {
      await store.create(POD, shellPod("exec sleep 1000"));
      // The status is written as soon as a shim was asked.
      await until(store, POD, "pod", ({ status }) => status?.phase === "Running");
      await store.delete(POD, { namespace: "default", name: "pod" });
      await untilGone(store, POD, "pod");
      expect(processesWith(`QALAM_CONTAINER_RUN=${folder}/pods`)).toEqual([]);
    }
  });

  it("leaves no process behind when it is closed at the moment of a start", async () => {
    for (let moment = 0; moment < 8; moment++) {
      const { store, folder, runner } = await startHome();
      await store.create(POD, shellPod("exec sleep 1000"));
      for (let turn = 0; turn < moment; turn++) await new Promise(setImmediate);
      await runner.close(true);
      expect(processesWith(`QALAM_CONTAINER_RUN=${folder}/pods`)).toEqual([]);
    }
  });
});
