import type { StoredJob, StoredPod } from "@qalam/api";
import { describe, expect, it } from "vitest";
import { planJob } from "../src/job/plan-job.ts";

const now = Date.parse("2026-01-01T00:00:10Z");

function job(spec: object = {}, status: object = {}): StoredJob {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "j" },
    spec: { template: {}, ...spec },
    status,
  } as StoredJob;
}

/** One pod per letter: p pending, r running, s succeeded, f failed, o out of memory. */
function pods(states: string): StoredPod[] {
  const phases: Record<string, string> = { p: "Pending", r: "Running", s: "Succeeded", f: "Failed", o: "Failed" };
  return [...states].map((state, i) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `j-${i}` },
    status: {
      phase: phases[state],
      ...("fo".includes(state) && {
        containerStatuses: [
          {
            name: "main",
            restartCount: 0,
            state: {
              terminated: {
                exitCode: 1,
                reason: state === "o" ? "OOMKilled" : "Error",
                finishedAt: "2026-01-01T00:00:00Z",
                message: "last words",
              },
            },
          },
        ],
      }),
    },
  })) as unknown as StoredPod[];
}

describe("planJob", () => {
  it.each([
    { name: "makes the first pod", spec: {}, states: "", create: 1 },
    { name: "waits for the one that runs", spec: {}, states: "r", create: 0 },
    { name: "runs as many as parallelism allows", spec: { parallelism: 3, completions: 5 }, states: "r", create: 2 },
    {
      name: "makes no more than completions need",
      spec: { parallelism: 3, completions: 5 },
      states: "ssss",
      create: 1,
    },
    { name: "tries again within backoffLimit", spec: { backoffLimit: 2 }, states: "f", create: 1 },
    { name: "makes none while suspended", spec: { suspend: true }, states: "", create: 0 },
  ])("$name", ({ spec, states, create }) => expect(planJob(job(spec), pods(states), now).create).toBe(create));

  it.each([
    { name: "completions reached", spec: {}, states: "s", type: "Complete", words: /expected number/ },
    {
      name: "a failure without backoffLimit",
      spec: {},
      states: "f",
      type: "Failed",
      words: /container main exited with status 1: last words/,
    },
    { name: "backoffLimit used up", spec: { backoffLimit: 1 }, states: "ff", type: "Failed", words: /backoff limit/ },
    { name: "out of memory", spec: {}, states: "o", type: "Failed", words: /more memory than its limit/ },
  ])("ends: $name", ({ spec, states, type, words }) => {
    const condition = planJob(job(spec), pods(states), now).status.conditions?.at(-1);
    expect(condition?.type).toBe(type);
    expect(condition?.message).toMatch(words);
  });

  it("fails at the deadline and stops what runs", () => {
    const started = { startTime: "2026-01-01T00:00:00Z" };
    const plan = planJob(job({ activeDeadlineSeconds: 10 }, started), pods("r"), now);
    expect(plan.status.conditions?.at(-1)?.reason).toBe("DeadlineExceeded");
    expect(plan.stop).toHaveLength(1);
    expect(planJob(job({ activeDeadlineSeconds: 15 }, started), pods("r"), now).again).toBe(5000);
  });

  it("waits longer after each failure", () => {
    const at = (milliseconds: number) =>
      planJob(job({ backoffLimit: 9 }), pods("ff"), Date.parse("2026-01-01T00:00:00Z") + milliseconds);
    expect(at(1999)).toMatchObject({ create: 0, again: 1 });
    expect(at(2000)).toMatchObject({ create: 1 });
  });

  it("changes nothing once it has ended", () => {
    const ended = planJob(job({}, {}), pods("s"), now).status;
    expect(planJob(job({}, ended), pods("s"), now + 5000).status).toBe(ended);
  });
});
