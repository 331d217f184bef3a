import { EVENT, type KubeObject, type StoredEvent } from "@qalam/api";
import { MemoryStore } from "@qalam/store/memory";
import { FakeClock } from "@qalam/testing";
import { describe, expect, it } from "vitest";
import { EventRecorder } from "../src/index.ts";

const trial: KubeObject = {
  apiVersion: "kubeflow.org/v1beta1",
  kind: "Trial",
  metadata: { name: "t", namespace: "team", uid: "u", resourceVersion: "7" },
};

function setUp(store = new MemoryStore()) {
  const clock = new FakeClock();
  const errors: Error[] = [];
  const recorder = new EventRecorder(store, clock, (error) => errors.push(error));
  const events = async () => (await store.list(EVENT)).items as StoredEvent[];
  return { store, clock, errors, recorder, events };
}

describe("the event recorder", () => {
  it("writes events as Kubernetes does", async () => {
    const { recorder, events, errors } = setUp();
    recorder.record(trial, "Normal", "JobCreated", "Job t has been created", "trial-controller");
    await recorder.flush();
    expect(await events()).toMatchObject([
      {
        metadata: { name: expect.stringMatching(/^t\.[a-z0-9]{16}$/), namespace: "team" },
        involvedObject: {
          apiVersion: "kubeflow.org/v1beta1",
          kind: "Trial",
          name: "t",
          namespace: "team",
          uid: "u",
          resourceVersion: "7",
        },
        type: "Normal",
        reason: "JobCreated",
        message: "Job t has been created",
        source: { component: "trial-controller" },
        firstTimestamp: "2026-01-01T00:00:00Z",
        lastTimestamp: "2026-01-01T00:00:00Z",
        count: 1,
      },
    ]);
    expect(errors).toEqual([]);
  });

  it("counts repeats, by another process too", async () => {
    const { store, clock, recorder, events } = setUp();
    const again = (one: EventRecorder) => one.record(trial, "Warning", "ReconcileError", "no", "trial-controller");
    again(recorder);
    again(recorder);
    await recorder.flush();
    clock.advance(5_000);
    again(recorder);
    recorder.record(trial, "Warning", "ReconcileError", "something else", "trial-controller");
    await recorder.flush();
    const later = setUp(store);
    later.clock.advance(60_000);
    again(later.recorder);
    await later.recorder.flush();
    const counted = (await events()).map(({ message, count, firstTimestamp, lastTimestamp }) => ({
      message,
      count,
      firstTimestamp,
      lastTimestamp,
    }));
    expect(counted).toContainEqual({
      message: "no",
      count: 4,
      firstTimestamp: "2026-01-01T00:00:00Z",
      lastTimestamp: "2026-01-01T00:01:00Z",
    });
    expect(counted).toHaveLength(2);
  });

  it("keeps a bounded number, the newest, over restarts; others' events stay", async () => {
    const { store, events, recorder } = setUp();
    const foreign = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "foreign", namespace: "team" },
      involvedObject: {},
    } as StoredEvent;
    await store.create(EVENT, foreign);
    for (let i = 0; i < 1_500; i++) recorder.record(trial, "Warning", "A", `first ${i}`, "c");
    await recorder.flush();
    const later = setUp(store);
    later.clock.advance(60_000);
    for (let i = 0; i < 1_500; i++) later.recorder.record(trial, "Warning", "A", `second ${i}`, "c");
    await later.recorder.flush();
    const all = await events();
    expect(all).toHaveLength(2_001);
    expect(all.filter(({ message }) => message?.startsWith("second"))).toHaveLength(1_500);
    expect(all.some(({ metadata }) => metadata.name === "foreign")).toBe(true);
  });

  it("leaves out what is normal in a storm, by kind of object, and no warning", async () => {
    const { clock, events, recorder } = setUp();
    const experiment = { ...trial, kind: "Experiment" };
    const numbered = (type: "Normal" | "Warning", count: number, reason: string) => {
      for (let i = 0; i < count; i++) recorder.record(trial, type, reason, String(i), "c");
    };
    numbered("Normal", 1_000, "Storm");
    numbered("Warning", 700, "Warned");
    recorder.record(experiment, "Normal", "Ended", "ended", "c");
    clock.advance(1_000);
    numbered("Normal", 200, "Later");
    await recorder.flush();
    const all = await events();
    const count = (wanted: string) => all.filter(({ reason }) => reason === wanted).length;
    expect(["Storm", "Warned", "Ended", "Later"].map(count)).toEqual([500, 700, 1, 100]);
  });

  it("writes an event anew that somebody deleted", async () => {
    const { store, recorder, events } = setUp();
    recorder.record(trial, "Normal", "A", "a", "c");
    await recorder.flush();
    const [{ metadata }] = (await events()) as [StoredEvent];
    await store.delete(EVENT, { namespace: "team", name: metadata.name });
    recorder.record(trial, "Normal", "A", "a", "c");
    await recorder.flush();
    expect((await events()).map(({ count }) => count)).toEqual([2]);
  });
});
