import { CONFIG_MAP } from "@qalam/api";
import { MemoryStore } from "@qalam/store/memory";
import { describe, expect, it } from "vitest";
import { forEachChange } from "../src/run/follow-experiments.ts";

const key = { namespace: "default", name: "one" };
const scope = { namespace: "default", fieldSelector: "metadata.name=one" };
const object = { apiVersion: "v1" as const, kind: "ConfigMap" as const, metadata: { ...key } };
const never = new AbortController().signal;

describe("following changes", () => {
  it("ends when there is nothing whose deletion could be told", async () => {
    const store = new MemoryStore();
    const isDeleted = (_: unknown, deleted: boolean) => deleted;
    await forEachChange(store, CONFIG_MAP, scope, never, isDeleted, (left) => left.length === 0);
  });

  it("tells what comes to pass between the look at what there is and the watch", async () => {
    const store = new MemoryStore();
    await store.create(CONFIG_MAP, object);
    const told: boolean[] = [];
    await forEachChange(
      store,
      CONFIG_MAP,
      scope,
      never,
      (_, deleted) => {
        told.push(deleted);
        return deleted;
      },
      (left) => {
        void store.delete(CONFIG_MAP, key);
        return left.length === 0;
      },
    );
    expect(told).toEqual([false, true]);
  });
});
