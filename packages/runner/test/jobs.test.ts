import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JOB, POD, STOP_ANNOTATION, TRIAL_LABEL } from "@qalam/api";
import { systemClock } from "@qalam/runtime";
import { describe, expect, it, vi } from "vitest";
import {
  createTrial,
  filesOf,
  isRunning,
  jobHas,
  logOf,
  podsOf,
  runJob,
  shellJob,
  shellPod,
  startHome,
  until,
  untilGone,
} from "./runner-fixture.ts";

describe.each(["memory", "sqlite"] as const)("a job over the %s store", (kind) => {
  it("runs as a process and its status says so as Kubernetes' does", async () => {
    const home = await startHome({}, kind);
    const job = await runJob(home.store, shellJob("echo out; echo err >&2; echo more"));
    expect(job.status).toMatchObject({
      succeeded: 1,
      startTime: expect.any(String),
      completionTime: expect.any(String),
    });
    expect(job.status?.active).toBeUndefined();
    expect(job.status?.conditions).toMatchObject([{ type: "Complete", status: "True" }]);
    const [pod] = await podsOf(home.store, "job");
    expect(pod?.status).toMatchObject({
      phase: "Succeeded",
      containerStatuses: [
        {
          name: "main",
          ready: false,
          restartCount: 0,
          state: {
            terminated: {
              exitCode: 0,
              reason: "Completed",
              startedAt: expect.any(String),
              finishedAt: expect.any(String),
            },
          },
        },
      ],
    });
    expect(pod?.status?.conditions).toContainEqual(expect.objectContaining({ type: "PodScheduled", status: "True" }));
    expect(pod?.metadata.labels).toMatchObject({ "job-name": "job", "controller-uid": job.metadata.uid });
    expect(await logOf(home, pod!)).toBe("out\nerr\nmore\n");
    expect(home.errors).toEqual([]);
  });

  it("costs few writes when it is soon over", async () => {
    // On a busy machine even this may take so long that the beginning is written.
    const now = new Date();
    const { store } = await startHome({ clock: { ...systemClock, now: () => now } }, kind);
    const before = Number(await store.currentResourceVersion());
    await runJob(store, shellJob("true"));
    // job: created, complete; pod: created, ended.
    expect(Number(await store.currentResourceVersion()) - before).toBe(4);
  });

  it("gives the pods of a trial its labels, its name and its metrics", async () => {
    const home = await startHome({}, kind);
    const trial = await createTrial(home.store, "echo trial=$KATIB_TRIAL_NAME; for i in 3 2 1; do echo loss=$i; done");
    await until(home.store, JOB, "trial", jobHas("Complete"));
    const [pod] = await podsOf(home.store, "trial");
    expect(pod?.metadata.labels).toMatchObject({ colour: "blue", [TRIAL_LABEL]: "trial" });
    expect(await logOf(home, pod!)).toMatch(/^trial=trial\n/);
    const rows = await home.observations.query(trial.metadata.uid ?? "");
    expect(rows.map(({ value }) => value)).toEqual(["3", "2", "1"]);
    expect(rows[0]?.source).toBe(`${pod?.metadata.uid}/main/0`);
  });
});

describe("a job", () => {
  it("runs completions side by side, as many as parallelism says", async () => {
    const { store, folder } = await startHome();
    const script = `d=${folder}/side; mkdir -p $d; : > $d/$HOSTNAME; while [ "$(ls $d | wc -l)" -lt 2 ]; do sleep 0.01; done; echo ok`;
    const job = await runJob(store, shellJob(script, { job: { parallelism: 2, completions: 4 } }));
    expect(job.status?.succeeded).toBe(4);
    expect(await podsOf(store, "job")).toHaveLength(4);
  });

  it("gives each pod of an Indexed job its index", async () => {
    const home = await startHome();
    const job = await runJob(
      home.store,
      shellJob("echo $JOB_COMPLETION_INDEX $HOSTNAME", {
        job: { completionMode: "Indexed", completions: 3, parallelism: 3 },
      }),
    );
    expect(job.status?.completedIndexes).toBe("0-2");
    const logs = await Promise.all((await podsOf(home.store, "job")).map((pod) => logOf(home, pod)));
    expect(logs.sort()).toEqual(["0 job-0\n", "1 job-1\n", "2 job-2\n"]);
  });

  it("tries again within backoffLimit, in a new pod", async () => {
    const { store, folder } = await startHome();
    const script = `echo r >> ${folder}/runs; [ "$(wc -l < ${folder}/runs)" = 2 ]`;
    const job = await runJob(store, shellJob(script, { job: { backoffLimit: 3 } }));
    expect(job.status).toMatchObject({ succeeded: 1, failed: 1 });
    expect(await podsOf(store, "job")).toHaveLength(2);
  });

  it("restarts the container in its pod with OnFailure, and keeps the log of each run", async () => {
    const home = await startHome();
    const script = `echo run >> ${home.folder}/runs; n=$(wc -l < ${home.folder}/runs); echo this is $n; [ $n = 2 ]`;
    await runJob(home.store, shellJob(script, { job: { backoffLimit: 3 }, pod: { restartPolicy: "OnFailure" } }));
    const pods = await podsOf(home.store, "job");
    expect(pods).toHaveLength(1);
    expect(pods[0]?.status?.containerStatuses?.[0]?.restartCount).toBe(1);
    expect(await logOf(home, pods[0]!)).toBe("this is 2\n");
    expect(await logOf(home, pods[0]!, { previous: true })).toBe("this is 1\n");
  });

  it("fails when restarts with OnFailure have used up backoffLimit", async () => {
    const { store, folder } = await startHome();
    const script = `echo run >> ${folder}/runs; exit 4`;
    const job = await runJob(
      store,
      shellJob(script, { job: { backoffLimit: 1 }, pod: { restartPolicy: "OnFailure" } }),
    );
    expect(job.status?.conditions?.at(-1)).toMatchObject({ type: "Failed", reason: "BackoffLimitExceeded" });
    expect(readFileSync(join(folder, "runs"), "utf8")).toBe("run\nrun\n");
  });

  it("is not run with restartPolicy Always", async () => {
    const { store } = await startHome();
    const job = await runJob(store, shellJob("true", { pod: { restartPolicy: "Always" } }));
    expect(job.status?.conditions?.at(-1)?.message).toMatch(/"Always" is not possible for a Job.*Never or OnFailure/);
    expect(await podsOf(store, "job")).toEqual([]);
  });

  it("fails at its deadline, and only when nothing runs any more", async () => {
    const { store, folder } = await startHome();
    const script = `echo $$$$ > ${folder}/pid; sleep 1000`;
    const job = await runJob(store, shellJob(script, { job: { activeDeadlineSeconds: 4 } }));
    expect(job.status?.conditions?.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
      "FailureTarget DeadlineExceeded",
      "Failed DeadlineExceeded",
    ]);
    expect(isRunning(readFileSync(join(folder, "pid"), "utf8"))).toBe(false);
  });

  it("is removed after its time to live", async () => {
    const { store } = await startHome();
    await store.create(JOB, shellJob("true", { job: { ttlSecondsAfterFinished: 0 } }));
    await untilGone(store, JOB, "job");
  });

  it("stops while suspended, keeps the log, and goes on with a new pod that the stopped one does not count against", async () => {
    const home = await startHome();
    const script = `echo hello; [ -e ${home.folder}/go ] || { : > ${home.folder}/started; exec sleep 1000; }`;
    await home.store.create(JOB, shellJob(script));
    await vi.waitFor(() => expect(existsSync(join(home.folder, "started"))).toBe(true), 5000);
    await home.store.patch(JOB, { namespace: "default", name: "job" }, { spec: { suspend: true } });
    const suspended = await until(
      home.store,
      JOB,
      "job",
      (job) => jobHas("Suspended")(job) && job.status?.active === undefined,
    );
    expect(suspended.status?.failed).toBeUndefined();
    const [stopped] = await podsOf(home.store, "job");
    expect(stopped?.status).toMatchObject({ phase: "Failed", reason: "Terminated", message: "the job is suspended" });
    expect(await logOf(home, stopped!)).toBe("hello\n");
    writeFileSync(join(home.folder, "go"), "");
    await home.store.patch(JOB, { namespace: "default", name: "job" }, { spec: { suspend: false } });
    const done = await until(home.store, JOB, "job", jobHas("Complete"));
    expect(done.status?.conditions).toContainEqual(expect.objectContaining({ type: "Suspended", status: "False" }));
    expect(await podsOf(home.store, "job")).toHaveLength(2);
  });

  it("goes only after its processes when it is deleted, and takes its files along", async () => {
    const { store, folder } = await startHome();
    const script = `trap 'sleep 0.3; echo end > ${folder}/end; exit' TERM; echo $$$$ > ${folder}/pid; while :; do sleep 0.05; done`;
    await store.create(JOB, shellJob(script));
    await vi.waitFor(() => expect(existsSync(join(folder, "pid"))).toBe(true), 5000);
    const [pod] = await podsOf(store, "job");
    await store.delete(JOB, { namespace: "default", name: "job" }, { propagationPolicy: "Foreground" });
    await untilGone(store, JOB, "job");
    expect(readFileSync(join(folder, "end"), "utf8")).toBe("end\n");
    expect(await podsOf(store, "job")).toEqual([]);
    expect(existsSync(filesOf(folder, pod))).toBe(false);
  });

  it("replaces a pod that somebody deletes", async () => {
    const { store, folder } = await startHome();
    await store.create(JOB, shellJob(`echo r >> ${folder}/runs; [ "$(wc -l < ${folder}/runs)" = 2 ] || sleep 1000`));
    await vi.waitFor(() => expect(existsSync(join(folder, "runs"))).toBe(true), 5000);
    const [first] = await podsOf(store, "job");
    await store.delete(POD, { namespace: "default", name: first?.metadata.name ?? "" });
    await until(store, JOB, "job", jobHas("Complete"));
    const pods = await podsOf(store, "job");
    expect(pods.filter(({ status }) => status?.phase === "Succeeded")).toHaveLength(1);
  });
});

describe("a bare pod", () => {
  it("is run, and held until its processes have ended", async () => {
    const { store, folder } = await startHome();
    await store.create(
      POD,
      shellPod(`trap 'echo end > ${folder}/end; exit 0' TERM; echo > ${folder}/up; while :; do sleep 0.05; done`),
    );
    await vi.waitFor(() => expect(existsSync(join(folder, "up"))).toBe(true), 5000);
    await store.delete(POD, { namespace: "default", name: "pod" });
    await untilGone(store, POD, "pod");
    expect(existsSync(join(folder, "end"))).toBe(true);
  });

  it("is stopped by its annotation, which gives the message", async () => {
    const { store } = await startHome();
    await store.create(POD, shellPod("sleep 1000"));
    await until(store, POD, "pod", ({ status }) => status?.phase === "Running");
    await store.patch(
      POD,
      { namespace: "default", name: "pod" },
      { metadata: { annotations: { [STOP_ANNOTATION]: "enough" } } },
    );
    const { status } = await until(store, POD, "pod", (pod) => pod.status?.phase === "Failed");
    expect(status).toMatchObject({
      message: "enough",
      containerStatuses: [{ state: { terminated: { exitCode: 143, signal: 15 } } }],
    });
  });

  it("fails at its own deadline", async () => {
    const { store } = await startHome();
    await store.create(POD, shellPod("sleep 1000", { activeDeadlineSeconds: 1 }));
    const { status } = await until(store, POD, "pod", (pod) => pod.status?.phase === "Failed");
    expect(status?.reason).toBe("DeadlineExceeded");
  });

  it("is killed when the grace period is over", async () => {
    const { store, folder } = await startHome();
    const script = `trap : TERM; echo $$$$ > ${folder}/pid; while :; do sleep 0.05; done`;
    await store.create(POD, shellPod(script, { terminationGracePeriodSeconds: 1 }));
    await vi.waitFor(() => expect(readFileSync(join(folder, "pid"), "utf8")).not.toBe(""), 5000);
    const pid = readFileSync(join(folder, "pid"), "utf8");
    await store.delete(POD, { namespace: "default", name: "pod" });
    expect(isRunning(pid)).toBe(true);
    await untilGone(store, POD, "pod");
    expect(isRunning(pid)).toBe(false);
  });
});
