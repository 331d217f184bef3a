import { TRIAL, type Trial } from "@qalam/api";
import { MemoryStore } from "@qalam/store/memory";
import { describe, expect, it } from "vitest";
import { commitStatus } from "../src/index.ts";

const key = { namespace: "default", name: "a" };

async function created() {
  const store = new MemoryStore();
  const object: Trial = {
    apiVersion: "kubeflow.org/v1beta1",
    kind: "Trial",
    metadata: { name: "a", namespace: "default" },
    spec: {},
  };
  return { store, read: await store.create(TRIAL, object) };
}

describe("committing a status", () => {
  it("writes what differs and nothing else", async () => {
    const { store, read } = await created();
    const written = await commitStatus(store, TRIAL, read, { startTime: "2026-01-01T00:00:00Z" });
    expect(written?.status).toEqual({ startTime: "2026-01-01T00:00:00Z" });
    const version = await store.currentResourceVersion();
    expect(await commitStatus(store, TRIAL, written as Trial, { startTime: "2026-01-01T00:00:00Z" })).toBe(written);
    expect(await store.currentResourceVersion()).toBe(version);
  });

  it("passes over a change of something else", async () => {
    const { store, read } = await created();
    await store.patch(TRIAL, key, { metadata: { labels: { team: "red" } }, spec: { retainRun: true } });
    const written = await commitStatus(store, TRIAL, read, { startTime: "2026-01-01T00:00:00Z" });
    expect(written).toMatchObject({
      metadata: { labels: { team: "red" } },
      spec: { retainRun: true },
      status: { startTime: "2026-01-01T00:00:00Z" },
    });
  });

  it("leaves a status alone that somebody else wrote", async () => {
    const { store, read } = await created();
    await store.patch(TRIAL, key, { status: { startTime: "2025-01-01T00:00:00Z" } }, { subresource: "status" });
    expect(await commitStatus(store, TRIAL, read, { startTime: "2026-01-01T00:00:00Z" })).toBeUndefined();
    expect((await store.get(TRIAL, key))?.status).toEqual({ startTime: "2025-01-01T00:00:00Z" });
  });

  it("writes nothing to an object that is gone, or another one of its name", async () => {
    const { store, read } = await created();
    await store.delete(TRIAL, key);
    expect(await commitStatus(store, TRIAL, read, { startTime: null })).toBeUndefined();
    const { uid: _uid, resourceVersion: _version, ...metadata } = read.metadata;
    await store.create(TRIAL, { ...read, metadata });
    expect(await commitStatus(store, TRIAL, read, { startTime: null })).toBeUndefined();
    expect((await store.get(TRIAL, key))?.status).toBeUndefined();
  });
});
