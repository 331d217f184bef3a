import { JOB, type KubeObject, type StoredJob } from "@qalam/api";
import { MemoryStore } from "@qalam/store/memory";
import { describe, expect, it } from "vitest";

/** A job as it is stored. */
async function stored(metadata: object, labels: Record<string, string> | undefined, spec: object = {}) {
  const store = new MemoryStore();
  const template = { ...(labels && { metadata: { labels } }), spec: { containers: [] } };
  const job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "j", ...metadata },
    spec: { template, ...spec },
  };
  return (await store.create(JOB, job as KubeObject as StoredJob)) as StoredJob;
}

describe("a new Job", () => {
  it("selects its pods by its uid and labels them, keeping labels that are there", async () => {
    const { metadata, spec } = await stored({}, { app: "a" });
    const { uid = "" } = metadata;
    const all = {
      app: "a",
      "batch.kubernetes.io/controller-uid": uid,
      "batch.kubernetes.io/job-name": "j",
      "controller-uid": uid,
      "job-name": "j",
    };
    expect(spec?.selector).toEqual({ matchLabels: { "batch.kubernetes.io/controller-uid": uid } });
    expect(spec?.template.metadata?.labels).toEqual(all);
    expect(metadata.labels).toEqual(all);
  });

  it("with labels of its own keeps them", async () => {
    expect((await stored({ labels: { team: "red" } }, undefined)).metadata.labels).toEqual({ team: "red" });
  });

  it("that selects by hand stays as it is", async () => {
    const byHand = { manualSelector: true, selector: { matchLabels: { app: "a" } } };
    const { metadata, spec } = await stored({}, { app: "a" }, byHand);
    expect(metadata.labels).toBeUndefined();
    expect(spec).toMatchObject({ ...byHand, template: { metadata: { labels: { app: "a" } } } });
  });
});
