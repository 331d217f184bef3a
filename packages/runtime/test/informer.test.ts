import { CONFIG_MAP, type ResourceKind, type StoredConfigMap } from "@qalam/api";
import type { ResourceStore, WatchOptions } from "@qalam/store";
import { MemoryStore } from "@qalam/store/memory";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Informer } from "../src/index.ts";

const team = ({ metadata }: StoredConfigMap) => metadata.labels?.team;
const key = (name: string) => ({ namespace: "default", name });

function map(name: string, labels: Record<string, string> = {}, value = ""): StoredConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default", labels }, data: { value } };
}

async function started(store: ResourceStore) {
  const informer = new Informer(store, CONFIG_MAP, team);
  const changes: string[] = [];
  informer.onChange((current, previous) => changes.push(`${previous?.data?.value}→${current?.data?.value}`));
  const failures: Error[] = [];
  await informer.start((error) => failures.push(error));
  return { informer, changes, failures };
}

describe("an informer", () => {
  it("has seen what existed once it has started, and follows every change", async () => {
    const store = new MemoryStore();
    await store.create(CONFIG_MAP, map("a", { team: "red" }, "1"));
    const { informer, changes } = await started(store);
    expect(informer.get(key("a"))?.data).toEqual({ value: "1" });
    await store.patch(CONFIG_MAP, key("a"), { data: { value: "2" }, metadata: { labels: { team: "blue" } } });
    await store.delete(CONFIG_MAP, key("a"));
    await informer.caughtUp();
    expect(changes).toEqual(["undefined→1", "1→2", "2→undefined"]);
    expect(informer.get(key("a"))).toBeUndefined();
    await informer.close();
  });

  it("hands out shared objects that nobody can change", async () => {
    const store = new MemoryStore();
    await store.create(CONFIG_MAP, map("a"));
    const { informer } = await started(store);
    const object = informer.get(key("a")) as StoredConfigMap;
    expect(() => Object.assign(object.metadata, { name: "b" })).toThrow(TypeError);
    await informer.close();
  });

  it("goes on where a watch ended that the server closed", async () => {
    const { store, watches, endAll } = breakable();
    const { informer, changes } = await started(store);
    await store.create(CONFIG_MAP, map("a", {}, "1"));
    await informer.caughtUp();
    endAll();
    await store.create(CONFIG_MAP, map("b", {}, "2"));
    await informer.caughtUp();
    expect(changes).toEqual(["undefined→1", "undefined→2"]);
    expect(watches.map(({ resourceVersion }) => resourceVersion !== undefined)).toEqual([false, true]);
    await informer.close();
  });

  it("lists again when it fell too far behind, and tells of what went away meanwhile", async () => {
    const { store, endAll } = breakable({ historyLimit: 2, historyBytes: 0 });
    await store.create(CONFIG_MAP, map("a", { team: "red" }, "1"));
    await store.create(CONFIG_MAP, map("b", { team: "red" }, "2"));
    const { informer, changes, failures } = await started(store);
    changes.length = 0;
    const end = endAll;
    const writes = [store.delete(CONFIG_MAP, key("a"))];
    for (let i = 0; i < 200; i++) writes.push(store.create(CONFIG_MAP, map(`c${i}`, { team: "blue" }, "c")) as never);
    end();
    await Promise.all(writes);
    await informer.caughtUp();
    expect(changes.filter((change) => change === "1→undefined")).toHaveLength(1);
    expect(changes.filter((change) => change === "undefined→c")).toHaveLength(200);
    expect([informer.indexed("red").size, informer.indexed("blue").size]).toEqual([1, 200]);
    expect(failures).toEqual([]);
    await informer.close();
  });

  it("says that the store closed, once it has started and before", async () => {
    const store = new MemoryStore();
    const { failures } = await started(store);
    await store.close();
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(failures.map(({ message }) => message)).toEqual(["the store is closed"]);
    await expect(new Informer(store, CONFIG_MAP).start(() => {})).rejects.toThrow("the store is closed");
  });

  it("has index and objects of the store, whatever was done", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            name: fc.constantFrom("a", "b", "c"),
            team: fc.constantFrom("red", "blue", undefined),
            gone: fc.boolean(),
          }),
        ),
        async (steps) => {
          const store = new MemoryStore();
          const { informer } = await started(store);
          for (const { name, team, gone } of steps) {
            const there = (await store.get(CONFIG_MAP, key(name))) !== undefined;
            const labels = team === undefined ? {} : { team };
            if (gone && there) await store.delete(CONFIG_MAP, key(name));
            else if (!there) await store.create(CONFIG_MAP, map(name, labels));
            else await store.update(CONFIG_MAP, map(name, labels));
          }
          await informer.caughtUp();
          const { items } = await store.list(CONFIG_MAP);
          expect([...informer.list()].map(({ metadata }) => metadata)).toEqual(
            expect.arrayContaining(items.map(({ metadata }) => metadata)),
          );
          for (const color of ["red", "blue"])
            expect([...informer.indexed(color).keys()].sort()).toEqual(
              items.filter((item) => team(item) === color).map(({ metadata }) => `default/${metadata.name}`),
            );
          await informer.close();
          await store.close();
        },
      ),
    ));
});

/** A store whose watches a test can end, as a server does. */
function breakable(options: ConstructorParameters<typeof MemoryStore>[0] = {}) {
  const memory = new MemoryStore(options);
  const watches: WatchOptions[] = [];
  const open: { close(): void }[] = [];
  const store = new Proxy(memory, {
    get(target, name) {
      if (name === "watch")
        return (kind: ResourceKind, options: WatchOptions = {}) => {
          watches.push(options);
          const watch = target.watch(kind, options);
          open.push(watch);
          return watch;
        };
      const value = Reflect.get(target, name) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  }) as ResourceStore;
  return { store, watches, endAll: () => open.splice(0).forEach((watch) => watch.close()) };
}
