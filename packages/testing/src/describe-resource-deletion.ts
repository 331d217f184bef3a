import { NAMESPACE } from "@qalam/api";
import { ConflictError, NotFoundError, type ResourceStore } from "@qalam/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OpenedStore, OpenStore } from "./describe-resource-store.ts";
import { BOX, box, brief, gone, ownedBy, take, WORK, work } from "./resource-store-objects.ts";

/** Finalizers, owners and namespaces. */
export function describeResourceDeletion(open: OpenStore): void {
  let opened: OpenedStore;
  let store: ResourceStore;
  beforeEach(async () => {
    opened = await open();
    store = opened.store;
  });
  afterEach(() => opened.close());
  const at = (name: string, namespace = "default") => ({ namespace, name });

  describe("delete", () => {
    it("removes at once what has no finalizers, and says what it was", async () => {
      const a = await store.create(BOX, box("a"));
      expect(await store.delete(BOX, at("a"))).toEqual(a);
      expect(await store.get(BOX, at("a"))).toBeUndefined();
      await expect(store.delete(BOX, at("a"))).rejects.toThrow(NotFoundError);
    });

    it("marks what has finalizers and removes it with the last one", async () => {
      await store.create(WORK, work("a", { metadata: { name: "a", finalizers: ["x/one", "x/two"] } }));
      const marked = await store.delete(WORK, at("a"));
      expect(marked.metadata).toMatchObject({ generation: 2, deletionGracePeriodSeconds: 0 });
      expect(marked.metadata.deletionTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(await store.delete(WORK, at("a"))).toEqual(marked);
      const one = await store.patch(WORK, at("a"), { metadata: { finalizers: ["x/two"] } });
      expect(one.metadata.deletionTimestamp).toBe(marked.metadata.deletionTimestamp);
      await expect(store.patch(WORK, at("a"), { metadata: { finalizers: ["x/two", "x/new"] } })).rejects.toThrow(
        /no new finalizers/,
      );
      await store.patch(WORK, at("a"), { metadata: { finalizers: null } });
      expect(await store.get(WORK, at("a"))).toBeUndefined();
    });

    it("cannot be taken back by an update", async () => {
      await store.create(BOX, box("a", { finalizers: ["x/one"] }));
      const marked = await store.delete(BOX, at("a"));
      const { deletionTimestamp, ...metadata } = marked.metadata;
      const updated = await store.update(BOX, { ...marked, metadata, data: { x: "1" } });
      expect(updated.metadata.deletionTimestamp).toBe(deletionTimestamp);
    });

    it("holds to preconditions and pretends with dryRun", async () => {
      const a = await store.create(BOX, box("a"));
      await expect(store.delete(BOX, at("a"), { preconditions: { uid: "other" } })).rejects.toThrow(ConflictError);
      await expect(store.delete(BOX, at("a"), { preconditions: { resourceVersion: "1" } })).rejects.toThrow(
        ConflictError,
      );
      await store.delete(BOX, at("a"), { dryRun: true });
      const { uid, resourceVersion } = a.metadata;
      await store.delete(BOX, at("a"), { preconditions: { uid: uid!, resourceVersion: resourceVersion! } });
      expect(await store.get(BOX, at("a"))).toBeUndefined();
    });

    it("shows the last state with the deletion's version to watchers", async () => {
      const a = await store.create(BOX, box("a", { labels: { x: "1" } }));
      const watch = store.watch(BOX, { resourceVersion: a.metadata.resourceVersion! });
      await store.delete(BOX, at("a"));
      const [event] = await take(watch, 1);
      const resourceVersion = await store.currentResourceVersion();
      expect(event).toEqual({ type: "DELETED", object: { ...a, metadata: { ...a.metadata, resourceVersion } } });
    });
  });

  describe("owners", () => {
    const family = async () => {
      const owner = await store.create(WORK, work("owner"));
      const child = await store.create(
        BOX,
        box("child", { ownerReferences: [ownedBy(owner, { blockOwnerDeletion: true })] }),
      );
      const grandchild = await store.create(
        WORK,
        work("grandchild", {
          metadata: { name: "grandchild", ownerReferences: [ownedBy(child, { blockOwnerDeletion: true })] },
        }),
      );
      return { owner, child, grandchild };
    };

    it("take their dependents with them in the background", async () => {
      const { child, grandchild } = await family();
      await store.delete(WORK, at("owner"));
      await gone(store, BOX, child);
      await gone(store, WORK, grandchild);
    });

    it("go after their dependents in the foreground", async () => {
      const { owner } = await family();
      const version = await store.currentResourceVersion();
      const [works, boxes] = [
        store.watch(WORK, { resourceVersion: version }),
        store.watch(BOX, { resourceVersion: version }),
      ];
      const marked = await store.delete(WORK, at("owner"), { propagationPolicy: "Foreground" });
      expect(marked.metadata.finalizers).toEqual(["foregroundDeletion"]);
      await gone(store, WORK, owner);
      const order = [...(await take(works, 3)), ...(await take(boxes, 2))]
        .flatMap((event) => (event.type === "DELETED" ? [event.object.metadata] : []))
        .sort((a, b) => Number(a.resourceVersion) - Number(b.resourceVersion));
      expect(order.map(({ name }) => name)).toEqual(["grandchild", "child", "owner"]);
    });

    it("in the foreground wait for a dependent's finalizer, if it blocks", async () => {
      const owner = await store.create(WORK, work("owner"));
      const finalizers = ["x/one"];
      const blocking = ownedBy(owner, { blockOwnerDeletion: true });
      await store.create(BOX, box("blocking", { finalizers, ownerReferences: [blocking] }));
      await store.create(BOX, box("loose", { finalizers, ownerReferences: [ownedBy(owner)] }));
      const watch = store.watch(BOX, { resourceVersion: await store.currentResourceVersion() });
      await store.delete(WORK, at("owner"), { propagationPolicy: "Foreground" });
      expect(brief(await take(watch, 2)).sort()).toEqual(["MODIFIED blocking", "MODIFIED loose"]);
      expect(await store.get(WORK, at("owner"))).toBeDefined();
      await store.patch(BOX, at("blocking"), { metadata: { finalizers: null } });
      await gone(store, WORK, owner);
      expect(await store.get(BOX, at("loose"))).toBeDefined();
    });

    it("leave their dependents behind when they are orphaned", async () => {
      const { owner } = await family();
      await store.delete(WORK, at("owner"), { propagationPolicy: "Orphan" });
      await gone(store, WORK, owner);
      const child = (await store.get(BOX, at("child")))!;
      expect(child.metadata).not.toHaveProperty("ownerReferences");
      expect(await store.get(WORK, at("grandchild"))).toBeDefined();
    });

    it("that are gone already take a new dependent with them", async () => {
      const owner = await store.create(WORK, work("owner"));
      await store.delete(WORK, at("owner"));
      const late = await store.create(BOX, box("late", { ownerReferences: [ownedBy(owner)] }));
      await gone(store, BOX, late);
    });

    it("are told apart by uid, kind and namespace, not by name", async () => {
      const owner = await store.create(WORK, work("owner"));
      const wrong = [
        box("uid", { ownerReferences: [{ ...ownedBy(owner), uid: "another" }] }),
        box("kind", { ownerReferences: [{ ...ownedBy(owner), kind: "Pod", apiVersion: "v1" }] }),
        box("name", { ownerReferences: [{ ...ownedBy(owner), name: "other" }] }),
        box("namespace", { namespace: "elsewhere", ownerReferences: [ownedBy(owner)] }),
      ];
      for (const object of wrong) await gone(store, BOX, await store.create(BOX, object));
      const right = await store.create(BOX, box("right", { ownerReferences: [ownedBy(owner)] }));
      expect(await store.get(BOX, at("right"))).toEqual(right);
    });

    it("of which one is left keep the object, and the dead one's reference goes", async () => {
      const [one, two] = [await store.create(WORK, work("one")), await store.create(WORK, work("two"))];
      const child = await store.create(BOX, box("child", { ownerReferences: [ownedBy(one), ownedBy(two)] }));
      const watch = store.watch(BOX, { resourceVersion: child.metadata.resourceVersion! });
      await store.delete(WORK, at("one"));
      const [event] = await take(watch, 1);
      expect(event).toMatchObject({ type: "MODIFIED", object: { metadata: { ownerReferences: [ownedBy(two)] } } });
      await store.delete(WORK, at("two"));
      await gone(store, BOX, child);
    });

    it("of a kind the store does not know are left alone", async () => {
      const unknown = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", name: "w", uid: "w" };
      await store.create(BOX, box("child", { ownerReferences: [unknown] }));
      await store.create(BOX, box("other"));
      expect(await store.get(BOX, at("child"))).toBeDefined();
    });

    it("that own each other do not wait for each other for ever", async () => {
      const a = await store.create(BOX, box("a"));
      const b = await store.create(BOX, box("b", { ownerReferences: [ownedBy(a, { blockOwnerDeletion: true })] }));
      await store.patch(BOX, at("a"), { metadata: { ownerReferences: [ownedBy(b, { blockOwnerDeletion: true })] } });
      await store.delete(BOX, at("a"), { propagationPolicy: "Foreground" });
      await gone(store, BOX, a);
      await gone(store, BOX, b);
    });

    it("with a thousand dependents take them all", async () => {
      const owner = await store.create(WORK, work("owner"));
      const ownerReferences = [ownedBy(owner, { blockOwnerDeletion: true })];
      await Promise.all(
        Array.from({ length: 1000 }, (_, i) => store.create(BOX, box(`child-${i}`, { ownerReferences }))),
      );
      await store.delete(WORK, at("owner"), { propagationPolicy: "Foreground" });
      await gone(store, WORK, owner);
      expect((await store.list(BOX)).items).toEqual([]);
    });
  });

  describe("namespaces", () => {
    it("go with all they hold, after the last finalizer", async () => {
      await store.create(BOX, box("plain", { namespace: "team" }));
      await store.create(BOX, box("held", { namespace: "team", finalizers: ["x/one"] }));
      const watch = store.watch(BOX, { namespace: "team", resourceVersion: await store.currentResourceVersion() });
      const namespace = await store.delete(NAMESPACE, at("team", ""));
      expect(namespace).toMatchObject({ status: { phase: "Terminating" } });
      expect(brief(await take(watch, 2)).sort()).toEqual(["DELETED plain", "MODIFIED held"]);
      await expect(store.create(BOX, box("late", { namespace: "team" }))).rejects.toThrow(/being terminated/);
      await store.patch(BOX, at("held", "team"), { metadata: { finalizers: null } });
      await gone(store, NAMESPACE, namespace);
      await store.create(BOX, box("new", { namespace: "team" }));
    });

    it("named default cannot go", async () => {
      await expect(store.delete(NAMESPACE, at("default", ""))).rejects.toThrow(/may not be deleted/);
    });
  });
}
