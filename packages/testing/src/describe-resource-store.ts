import { EXPERIMENT, InvalidObjectError, NAMESPACE, TRIAL } from "@qalam/api";
import {
  AlreadyExistsError,
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  type ResourceStore,
  type StoreOptions,
} from "@qalam/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeResourceDeletion } from "./describe-resource-deletion.ts";
import { describeResourceModel } from "./describe-resource-model.ts";
import { describeResourceReading } from "./describe-resource-reading.ts";
import { BOX, box, WORK, work } from "./resource-store-objects.ts";

/** A store to be tested and the way to be done with it. */
export interface OpenedStore {
  readonly store: ResourceStore;
  close(): Promise<void>;
}

/** Opens a new, empty store. */
export type OpenStore = (options?: StoreOptions) => Promise<OpenedStore>;

/** The promises of ResourceStore, for every implementation. */
export function describeResourceStore(name: string, open: OpenStore): void {
  describe(`${name} keeps the contract of ResourceStore`, () => {
    describeWriting(open);
    describeResourceDeletion(open);
    describeResourceReading(open);
    describeResourceModel(open);
  });
}

function describeWriting(open: OpenStore): void {
  let opened: OpenedStore;
  let store: ResourceStore;
  beforeEach(async () => {
    opened = await open({ now: () => Date.parse("2026-03-01T12:30:15.750Z") });
    store = opened.store;
  });
  afterEach(() => opened.close());
  const at = (name: string, namespace = "default") => ({ namespace, name });

  describe("create", () => {
    it("fills in uid, versions and time, and keeps the first status", async () => {
      const created = await store.create(WORK, work("a", { spec: { x: 1 }, status: { active: 1 } }));
      expect(created.metadata).toMatchObject({ generation: 1, creationTimestamp: "2026-03-01T12:30:15Z" });
      expect(created.metadata.uid).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
      expect(created.metadata.resourceVersion).toBe(await store.currentResourceVersion());
      expect(created).toMatchObject({ spec: { x: 1 }, status: { active: 1 } });
      expect(await store.get(WORK, at("a"))).toEqual(created);
    });

    it("does not take over what only the store decides", async () => {
      const metadata = { uid: "mine", generation: 7, creationTimestamp: "1999-01-01T00:00:00Z" };
      const created = await store.create(BOX, box("a", { ...metadata, deletionTimestamp: "1999-01-01T00:00:00Z" }));
      expect(created.metadata.creationTimestamp).toBe("2026-03-01T12:30:15Z");
      expect(created.metadata).not.toHaveProperty("generation");
      expect(created.metadata.uid).not.toBe("mine");
      expect(created.metadata).not.toHaveProperty("deletionTimestamp");
    });

    it("makes names from generateName, in Kubernetes' alphabet and length", async () => {
      const names = new Set<string>();
      for (let i = 0; i < 20; i++) {
        const created = await store.create(BOX, box("", { generateName: "trial-" }));
        expect(created.metadata.name).toMatch(/^trial-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
        names.add(created.metadata.name);
      }
      expect(names.size).toBe(20);
      const long = await store.create(BOX, box("", { generateName: "p".repeat(80) }));
      expect(long.metadata.name).toHaveLength(63);
    });

    it("refuses a second object of a name, and of no other kind or namespace", async () => {
      await store.create(BOX, box("a"));
      const error = await store.create(BOX, box("a")).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(AlreadyExistsError);
      expect((error as Error).message).toBe('configmaps "a" already exists');
      await store.create(WORK, work("a"));
      await store.create(BOX, box("a", { namespace: "elsewhere" }));
    });

    it("refuses what has no name, has a version or is of another kind", async () => {
      await expect(store.create(BOX, box(""))).rejects.toThrow(InvalidRequestError);
      await expect(store.create(BOX, box("a", { resourceVersion: "5" }))).rejects.toThrow(/resourceVersion/);
      await expect(store.create(BOX, work("a") as never)).rejects.toThrow(/API version/);
      await expect(store.create(BOX, { apiVersion: "v1", kind: "ConfigMap" } as never)).rejects.toThrow(/metadata/);
    });

    it("names every problem of the metadata at once", async () => {
      const labels = { "bad key": "x", good: "-bad" };
      const error = await store.create(BOX, box("Under_score", { labels })).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(InvalidObjectError);
      const paths = (error as InvalidObjectError).problems.map(({ path }) => path);
      expect(paths).toEqual(["metadata.name", "metadata.labels[bad key]", "metadata.labels[good]"]);
    });

    it.each(["a", "a.b-c", "1", "x".repeat(253)])("takes the name %s", async (name) => {
      expect((await store.create(BOX, box(name))).metadata.name).toBe(name);
    });
    it.each(["A", "-a", "a-", "a..b", "a_b", "ä", "a/b", "x".repeat(254)])("refuses the name %s", async (name) => {
      await expect(store.create(BOX, box(name))).rejects.toThrow(InvalidObjectError);
    });

    it("puts an object without a namespace into default, and makes namespaces on demand", async () => {
      const created = await store.create(BOX, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } });
      expect(created.metadata.namespace).toBe("default");
      await store.create(BOX, box("a", { namespace: "new" }));
      const { items } = await store.list(NAMESPACE);
      expect(items.map(({ metadata }) => metadata.name)).toEqual(["default", "kubeflow", "new"]);
    });

    it("only pretends with dryRun", async () => {
      const before = await store.currentResourceVersion();
      const created = await store.create(BOX, box("a", { namespace: "dry" }), { dryRun: true });
      expect(created.metadata.uid).toBeDefined();
      expect(created.metadata).not.toHaveProperty("resourceVersion");
      expect(await store.get(BOX, at("a", "dry"))).toBeUndefined();
      expect(await store.currentResourceVersion()).toBe(before);
      await expect(store.create(BOX, box("A"), { dryRun: true })).rejects.toThrow(InvalidObjectError);
    });
  });

  describe("values", () => {
    it("shares nothing with its callers", async () => {
      const given = box("a", { labels: { x: "1" } }, { k: "1" });
      const pending = store.create(BOX, given);
      given.data!.k = "changed by the caller at once";
      const created = await pending;
      expect(created.data).toEqual({ k: "1" });
      created.data!.k = "changed by the caller later";
      created.metadata.labels!.x = "2";
      const read = await store.get(BOX, at("a"));
      expect(read).toMatchObject({ data: { k: "1" }, metadata: { labels: { x: "1" } } });
      read!.data!.k = "changed by a reader";
      const [listed] = (await store.list(BOX)).items;
      expect(listed!.data).toEqual({ k: "1" });
    });

    it("keeps JSON as it is, whatever the names of its members", async () => {
      const spec = JSON.parse(
        '{"__proto__": {"a": 1}, "constructor": 2, "": [null, 1e21, "\\u0000\\ud83d\\ude00", {}, []]}',
      );
      const created = await store.create(WORK, work("a", { spec }));
      expect(JSON.stringify(created.spec)).toBe(JSON.stringify(spec));
      const again = await store.update(WORK, created);
      expect(again.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
    });
  });

  describe("update", () => {
    it("replaces the content and keeps status and immutable metadata", async () => {
      const old = await store.create(WORK, work("a", { spec: { x: 1 }, status: { active: 1 } }));
      const changed = work("a", { spec: { y: 2 }, status: { active: 9 }, metadata: { name: "a", labels: { l: "1" } } });
      const updated = await store.update(WORK, { ...changed, metadata: { ...changed.metadata, namespace: "default" } });
      expect(updated).toEqual({
        ...old,
        spec: { y: 2 },
        metadata: { ...old.metadata, labels: { l: "1" }, generation: 2, resourceVersion: expect.any(String) },
      });
      expect(Number(updated.metadata.resourceVersion)).toBeGreaterThan(Number(old.metadata.resourceVersion));
    });

    it("grows the generation with the content only", async () => {
      const a = await store.create(WORK, work("a", { spec: { x: 1 } }));
      const labelled = await store.update(WORK, { ...a, metadata: { ...a.metadata, labels: { l: "1" } } });
      expect(labelled.metadata.generation).toBe(1);
      const finished = await store.updateStatus(WORK, { ...labelled, status: { succeeded: 1 } });
      expect(finished.metadata.generation).toBe(1);
      const changed = await store.update(WORK, { ...finished, spec: { x: 2 } });
      expect(changed.metadata.generation).toBe(2);
    });

    it("writes nothing when nothing changed, whatever the order of keys", async () => {
      const a = await store.create(WORK, work("a", { spec: { x: 1, y: [{ p: 1, q: 2 }] } }));
      const same = {
        spec: { y: [{ q: 2, p: 1 }], x: 1 },
        metadata: a.metadata,
        kind: a.kind,
        apiVersion: a.apiVersion,
      };
      expect(await store.update(WORK, same)).toEqual(a);
      expect(await store.currentResourceVersion()).toBe(a.metadata.resourceVersion);
    });

    it("refuses an old version, a wrong uid and an object that is not there", async () => {
      const old = await store.create(WORK, work("a", { spec: { x: 1 } }));
      await store.update(WORK, { ...old, spec: { x: 2 } });
      await expect(store.update(WORK, { ...old, spec: { x: 3 } })).rejects.toThrow(ConflictError);
      await expect(store.updateStatus(WORK, { ...old, status: {} })).rejects.toThrow(/has been modified/);
      const reborn = work("a", { metadata: { name: "a", namespace: "default", uid: "another" } });
      await expect(store.update(WORK, reborn)).rejects.toThrow(ConflictError);
      const error = await store
        .update(TRIAL, {
          ...(work("t") as never as object),
          kind: "Trial",
          apiVersion: "kubeflow.org/v1beta1",
        } as never)
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(NotFoundError);
      expect((error as Error).message).toBe('trials.kubeflow.org "t" not found');
    });

    it("takes the last writer's word when no version is given", async () => {
      await store.create(WORK, work("a", { spec: { x: 1 } }));
      await store.update(WORK, work("a", { spec: { x: 2 } }));
      expect((await store.update(WORK, work("a", { spec: { x: 3 } }))).spec).toEqual({ x: 3 });
    });
  });

  describe("updateStatus", () => {
    it("changes the status alone", async () => {
      const old = await store.create(WORK, work("a", { spec: { x: 1 } }));
      const given = {
        ...old,
        spec: { x: 2 },
        status: { active: 1 },
        metadata: { ...old.metadata, labels: { l: "1" } },
      };
      const updated = await store.updateStatus(WORK, given);
      const resourceVersion = updated.metadata.resourceVersion!;
      expect(updated).toEqual({ ...old, status: { active: 1 }, metadata: { ...old.metadata, resourceVersion } });
      expect(await store.updateStatus(WORK, updated)).toEqual(updated);
      expect(await store.currentResourceVersion()).toBe(resourceVersion);
    });

    it("is refused for a kind without a status", async () => {
      await store.create(BOX, box("a"));
      await expect(store.updateStatus(BOX, box("a"))).rejects.toThrow(/no status subresource/);
    });
  });

  describe("patch", () => {
    it("merges as RFC 7386 says", async () => {
      await store.create(WORK, work("a", { spec: { keep: 1, drop: 2, deep: { a: 1, b: 2 }, list: [1, 2] } }));
      const patched = await store.patch(WORK, at("a"), {
        spec: { drop: null, deep: { b: null, c: 3 }, list: [3], fresh: { x: null, y: 1 } },
      });
      expect(patched.spec).toEqual({ keep: 1, deep: { a: 1, c: 3 }, list: [3], fresh: { y: 1 } });
      expect(patched.metadata.generation).toBe(2);
    });

    it("touches the status only as a subresource, and then nothing else", async () => {
      await store.create(WORK, work("a", { spec: { x: 1 }, status: { active: 1 } }));
      const both = { spec: { x: 2 }, status: { active: 2 } };
      const status = await store.patch(WORK, at("a"), both, { subresource: "status" });
      expect(status).toMatchObject({ spec: { x: 1 }, status: { active: 2 } });
      const content = await store.patch(WORK, at("a"), { spec: { x: 2 }, status: { active: 3 } });
      expect(content).toMatchObject({ spec: { x: 2 }, status: { active: 2 } });
    });

    it("holds to a version in the patch and never moves an object", async () => {
      const a = await store.create(BOX, box("a"));
      const stale = { metadata: { resourceVersion: "1" }, data: { x: "1" } };
      await expect(store.patch(BOX, at("a"), stale)).rejects.toThrow(ConflictError);
      const fresh = { metadata: { resourceVersion: a.metadata.resourceVersion }, data: { x: "1" } };
      await store.patch(BOX, at("a"), fresh);
      await expect(store.patch(BOX, at("a"), { metadata: { name: "b" } })).rejects.toThrow(/metadata.name/);
      await expect(store.patch(BOX, at("missing"), {})).rejects.toThrow(NotFoundError);
    });

    it("only pretends with dryRun", async () => {
      const a = await store.create(BOX, box("a", {}, { x: "1" }));
      const pretended = await store.patch(BOX, at("a"), { data: { x: "2" } }, { dryRun: true });
      expect(pretended.data).toEqual({ x: "2" });
      expect(pretended.metadata.resourceVersion).toBe(a.metadata.resourceVersion);
      expect(await store.get(BOX, at("a"))).toEqual(a);
    });
  });

  describe("managed fields", () => {
    const managedFields = [{ manager: "me", operation: "Update" }];

    it("are kept by writers that do not give them, and cleared by an empty list", async () => {
      const { metadata, ...rest } = await store.create(
        WORK,
        work("a", { metadata: { name: "a", namespace: "default", managedFields }, spec: { count: 1 } }),
      );
      const { managedFields: _, ...without } = metadata;
      const updated = await store.update(WORK, { ...rest, metadata: without, spec: { count: 2 } });
      expect(updated.metadata.managedFields).toEqual(managedFields);
      const cleared = await store.update(WORK, { ...updated, metadata: { ...updated.metadata, managedFields: [] } });
      expect(cleared.metadata).not.toHaveProperty("managedFields");
    });

    it("change with the status too", async () => {
      const created = await store.create(WORK, work("a"));
      const { metadata } = await store.updateStatus(WORK, {
        ...created,
        metadata: { ...created.metadata, managedFields },
      });
      expect(metadata.managedFields).toEqual(managedFields);
      expect(metadata.generation).toBe(created.metadata.generation);
    });
  });

  describe("writers at the same time", () => {
    it("never both succeed from the same version", async () => {
      const start = await store.create(WORK, work("counter", { spec: { count: 0 } }));
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => store.update(WORK, { ...start, spec: { count: i + 1 } })),
      );
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    });

    it("lose no increment when they try again on conflict", async () => {
      await store.create(WORK, work("counter", { spec: { count: 0 } }));
      const increment = async (): Promise<void> => {
        for (;;) {
          const current = (await store.get(WORK, at("counter")))!;
          try {
            await store.update(WORK, { ...current, spec: { count: Number(current.spec!.count) + 1 } });
            return;
          } catch (error) {
            if (!(error instanceof ConflictError)) throw error;
          }
        }
      };
      await Promise.all(Array.from({ length: 16 }, increment));
      expect((await store.get(WORK, at("counter")))!.spec).toEqual({ count: 16 });
    });

    it("each get a version of their own, growing in the order of the writes", async () => {
      const made = await Promise.all(Array.from({ length: 50 }, (_, i) => store.create(BOX, box(`b${i}`))));
      const versions = made.map(({ metadata }) => Number(metadata.resourceVersion));
      expect([...versions].sort((a, b) => a - b)).toEqual(versions);
      expect(new Set(versions).size).toBe(50);
    });
  });

  it("ends its life with close", async () => {
    const watch = store.watch(EXPERIMENT);
    const end = watch[Symbol.asyncIterator]().next();
    await opened.close();
    expect(await end).toEqual({ done: true, value: undefined });
    await expect(store.create(BOX, box("late"))).rejects.toThrow(/closed/);
    await expect(store.list(BOX)).rejects.toThrow(/closed/);
  });
}
