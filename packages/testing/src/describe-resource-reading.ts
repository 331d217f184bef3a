import { EVENT, type KubeObject, NAMESPACE, POD, type ResourceKind } from "@qalam/api";
import { ExpiredError, InvalidRequestError, type ResourceStore } from "@qalam/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OpenedStore, OpenStore } from "./describe-resource-store.ts";
import { BOX, type Box, box, brief, take, WORK, work } from "./resource-store-objects.ts";

/** Lists, selectors, pages and watches. */
export function describeResourceReading(open: OpenStore): void {
  let opened: OpenedStore;
  let store: ResourceStore;
  let now = 0;
  beforeEach(async () => {
    now = Date.parse("2026-03-01T12:00:00Z");
    opened = await open({ historyLimit: 100, historyBytes: 1e9, now: () => now });
    store = opened.store;
  });
  afterEach(() => opened.close());
  const at = (name: string, namespace = "default") => ({ namespace, name });
  const names = (objects: readonly KubeObject[]) =>
    objects.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const fill = async (count: number): Promise<Box[]> =>
    Promise.all(Array.from({ length: count }, (_, i) => store.create(BOX, box(`b${String(i).padStart(3, "0")}`))));

  describe("list", () => {
    it("is in order of namespace, then name, and of one namespace when asked", async () => {
      for (const [name, namespace] of [
        ["b", "b"],
        ["a", "b"],
        ["a-a", "a-b"],
        ["a", "a"],
        ["a.a", "a"],
      ] as const) {
        await store.create(BOX, box(name, { namespace }));
      }
      const { items, resourceVersion } = await store.list(BOX);
      expect(names(items)).toEqual(["a/a", "a/a.a", "a-b/a-a", "b/a", "b/b"]);
      expect(resourceVersion).toBe(await store.currentResourceVersion());
      expect(names((await store.list(BOX, { namespace: "a" })).items)).toEqual(["a/a", "a/a.a"]);
      expect((await store.list(BOX, { namespace: "none" })).items).toEqual([]);
    });

    it.each([
      ["", ["a", "b", "c", "d"]],
      ["app", ["a", "b", "c"]],
      ["!app", ["d"]],
      ["app=x", ["a", "b"]],
      ["app==x,tier!=1", ["b"]],
      [" app = x , tier = 2 ", ["b"]],
      ["app!=x", ["c", "d"]],
      ["app in (x,y)", ["a", "b", "c"]],
      ["app in (x),tier in (1, 2)", ["a", "b"]],
      ["app notin (x)", ["c", "d"]],
      ["tier>1", ["b", "c"]],
      ["tier<2", ["a"]],
      ["empty=", ["d"]],
      ["app in (,y)", ["c"]],
      ["example.com/key=v", ["d"]],
      ["in in (in)", ["d"]],
    ])("selects by labels: %s", async (labelSelector, expected) => {
      await store.create(BOX, box("a", { labels: { app: "x", tier: "1" } }));
      await store.create(BOX, box("b", { labels: { app: "x", tier: "2" } }));
      await store.create(BOX, box("c", { labels: { app: "y", tier: "10" } }));
      await store.create(BOX, box("d", { labels: { "example.com/key": "v", in: "in", empty: "" } }));
      expect((await store.list(BOX, { labelSelector })).items.map(({ metadata }) => metadata.name)).toEqual(expected);
    });

    it.each([
      ["=x", 'found "=" at position 1, expected a label key'],
      ["a,", "found the end at position 3, expected a label key"],
      ["a b", 'found "b" at position 3, expected one of'],
      ["a=b c", 'found "c" at position 5, expected "," or the end'],
      ["a in x", 'found "x" at position 6, expected "("'],
      ["a in (x", 'found the end at position 8, expected "," or ")"'],
      ["a=-b", 'found "-b" at position 3, expected a label value'],
      ["a>b", 'found "b" at position 3, expected an integer'],
      ["!", "found the end at position 2, expected a label key"],
      ["a/b/c=d", 'found "a/b/c" at position 1'],
    ])("says where a label selector is wrong: %s", async (labelSelector, message) => {
      const error = await store.list(BOX, { labelSelector }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(InvalidRequestError);
      expect((error as Error).message).toContain(message);
      await expect(store.watch(BOX, { labelSelector })[Symbol.asyncIterator]().next()).rejects.toThrow(message);
    });

    it("selects by the fields of the kind", async () => {
      const pod = (name: string, phase: string): KubeObject =>
        ({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "default" }, status: { phase } }) as KubeObject;
      const pods = POD as unknown as ResourceKind;
      for (const [name, phase] of [
        ["a", "Running"],
        ["b", "Failed"],
        ["c", "Failed"],
      ] as const) {
        await store.create(pods, pod(name, phase));
      }
      const select = async (fieldSelector: string) =>
        (await store.list(pods, { fieldSelector })).items.map(({ metadata }) => metadata.name);
      expect(await select("metadata.name=b")).toEqual(["b"]);
      expect(await select("status.phase!=Running,metadata.name!=c")).toEqual(["b"]);
      expect(await select("metadata.namespace==default, status.phase==Running")).toEqual(["a"]);
      expect(await select("spec.nodeName=")).toEqual(["a", "b", "c"]);
      await expect(select("spec.image=x")).rejects.toThrow(/found "spec.image" at position 1.*status\.phase/);
      await expect(select("status.phase")).rejects.toThrow(/expected field=value/);
      await expect(store.list(NAMESPACE, { fieldSelector: "metadata.namespace=x" })).rejects.toThrow(
        InvalidRequestError,
      );
      expect((await store.list(EVENT, { fieldSelector: "involvedObject.name=a,type!=Normal" })).items).toEqual([]);
    });

    it("hands out its own frozen objects when asked to share", async () => {
      await store.create(WORK, work("a", { spec: { deep: [{ x: 1 }] } }));
      const [object] = (await store.list(WORK, { shared: true })).items;
      const spec = object!.spec as { deep: { x: number }[] };
      if (Object.isFrozen(object)) expect(() => spec.deep[0]!.x++).toThrow(TypeError);
      expect(await store.get(WORK, at("a"), { shared: true })).toEqual(object);
      const written = await store.updateStatus(WORK, { ...object!, status: { phase: "Running" } }, { shared: true });
      expect(await store.get(WORK, at("a"))).toEqual(written);
      if (Object.isFrozen(object)) expect(Object.isFrozen(written)).toBe(true);
    });

    it("keeps the order however many come and go between two looks", async () => {
      const names = Array.from({ length: 60 }, (_, i) => `n${(i * 37) % 60}`);
      for (const name of names) await store.create(BOX, box(name));
      for (const name of names.slice(0, 25)) await store.delete(BOX, at(name));
      await store.create(BOX, box(names[0]!));
      const wanted = [...names.slice(25), names[0]!].sort();
      const listed = async () => (await store.list(BOX)).items.map(({ metadata }) => metadata.name);
      expect(await listed()).toEqual(wanted);
      await store.delete(BOX, at(names[30]!));
      await store.create(BOX, box(names[30]!));
      expect(await listed()).toEqual(wanted);
    });
  });

  describe("pages", () => {
    it("show one moment, whatever is written meanwhile", async () => {
      await fill(10);
      await store.create(BOX, box("other", { namespace: "z" }));
      const first = await store.list(BOX, { limit: 4 });
      const expected = await store.list(BOX);
      await store.delete(BOX, at("b005"));
      await store.create(BOX, box("b0055"));
      await store.patch(BOX, at("b008"), { data: { changed: "yes" } });
      await store.delete(BOX, at("b009"));
      await store.create(BOX, box("b009", {}, { reborn: "yes" }));
      await store.delete(BOX, { namespace: "z", name: "other" });
      const second = await store.list(BOX, { limit: 4, continue: first.continue! });
      const third = await store.list(BOX, { limit: 4, continue: second.continue! });
      expect([...first.items, ...second.items, ...third.items]).toEqual(expected.items);
      expect([first, second, third].map(({ remainingItemCount }) => remainingItemCount)).toEqual([7, 3, undefined]);
      expect(third.continue).toBeUndefined();
      expect(new Set([first, second, third].map(({ resourceVersion }) => resourceVersion)).size).toBe(1);
      const changes = await take(store.watch(BOX, { resourceVersion: third.resourceVersion }), 6);
      expect(brief(changes)).toEqual([
        "DELETED b005",
        "ADDED b0055",
        "MODIFIED b008",
        "DELETED b009",
        "ADDED b009",
        "DELETED other",
      ]);
    });

    it("work with selectors", async () => {
      for (let i = 0; i < 9; i++) await store.create(BOX, box(`b${i}`, { labels: { odd: String(i % 2 === 1) } }));
      const first = await store.list(BOX, { limit: 3, labelSelector: "odd=true" });
      const second = await store.list(BOX, { limit: 3, labelSelector: "odd=true", continue: first.continue! });
      expect(names([...first.items, ...second.items])).toEqual(
        ["b1", "b3", "b5", "b7"].map((name) => `default/${name}`),
      );
      expect(second.continue).toBeUndefined();
    });

    it("of an earlier version show what was then, as long as that is remembered", async () => {
      await fill(3);
      const then = await store.list(BOX);
      const { resourceVersion } = then;
      await store.delete(BOX, at("b000"));
      await store.patch(BOX, at("b001"), { data: { changed: "yes" } });
      await store.create(BOX, box("c"));
      expect(await store.list(BOX, { resourceVersion })).toEqual(then);
      expect(names((await store.list(BOX, { resourceVersion, limit: 2 })).items)).toEqual(
        names(then.items.slice(0, 2)),
      );
      await expect(store.list(BOX, { resourceVersion: "999999" })).rejects.toThrow(ExpiredError);
      await expect(store.list(BOX, { resourceVersion: "x" })).rejects.toThrow(InvalidRequestError);
      for (let i = 0; i < 101; i++) await store.patch(BOX, at("c"), { data: { i: String(i) } });
      await expect(store.list(BOX, { resourceVersion })).rejects.toThrow(ExpiredError);
    });

    it("expire, and are told from tokens of somebody else", async () => {
      await fill(5);
      const first = await store.list(BOX, { limit: 2 });
      for (let i = 0; i < 101; i++) await store.patch(BOX, at("b000"), { data: { i: String(i) } });
      await expect(store.list(BOX, { limit: 2, continue: first.continue! })).rejects.toThrow(ExpiredError);
      await expect(store.list(BOX, { continue: "nonsense" })).rejects.toThrow(InvalidRequestError);
      await expect(store.list(WORK, { continue: first.continue! })).rejects.toThrow(InvalidRequestError);
      await expect(store.list(BOX, { limit: -1 })).rejects.toThrow(InvalidRequestError);
    });
  });

  describe("watch", () => {
    it("begins with what exists, then tells every change in order", async () => {
      await fill(2);
      const watch = store.watch(BOX);
      await store.create(BOX, box("c"));
      const patched = await store.patch(BOX, at("b000"), { data: { x: "1" } });
      await store.delete(BOX, at("b001"));
      const events = await take(watch, 5);
      expect(brief(events)).toEqual(["ADDED b000", "ADDED b001", "ADDED c", "MODIFIED b000", "DELETED b001"]);
      expect(events[3]).toEqual({ type: "MODIFIED", object: patched });
    });

    it("goes on from a version without gaps or repeats", async () => {
      const [a] = await fill(3);
      const watch = store.watch(BOX, { resourceVersion: a!.metadata.resourceVersion! });
      expect(brief(await take(watch, 2))).toEqual(["ADDED b001", "ADDED b002"]);
      const waiting = take(watch, 1);
      await store.create(WORK, work("of-another-kind"));
      await store.create(BOX, box("c"));
      expect(brief(await waiting)).toEqual(["ADDED c"]);
    });

    it("shows to a selecting reader what enters and leaves its view", async () => {
      await store.create(BOX, box("a", { labels: { on: "no" } }));
      const watch = store.watch(BOX, { labelSelector: "on=yes", namespace: "default" });
      const label = (on: string) => store.patch(BOX, at("a"), { metadata: { labels: { on } } });
      await label("yes");
      const before = await store.patch(BOX, at("a"), { data: { x: "1" } });
      const after = await label("no");
      await store.patch(BOX, at("a"), { data: { x: "2" } });
      await store.create(BOX, box("b", { labels: { on: "yes" }, namespace: "elsewhere" }));
      await label("yes");
      await store.delete(BOX, at("a"));
      const events = await take(watch, 5);
      expect(brief(events)).toEqual(["ADDED a", "MODIFIED a", "DELETED a", "ADDED a", "DELETED a"]);
      const { resourceVersion } = after.metadata;
      expect(events[2]).toEqual({
        type: "DELETED",
        object: { ...before, metadata: { ...before.metadata, resourceVersion } },
      });
    });

    it("ends with close, for a waiting reader too", async () => {
      const watch = store.watch(BOX);
      const waiting = watch[Symbol.asyncIterator]().next();
      watch.close();
      expect(await waiting).toEqual({ done: true, value: undefined });
      const other = store.watch(BOX);
      await store.create(BOX, box("a"));
      for await (const event of other) {
        expect(event.type).toBe("ADDED");
        break;
      }
      expect((await other[Symbol.asyncIterator]().next()).done).toBe(true);
    });

    it("expires when its version is forgotten or its reader too slow", async () => {
      const [a] = await fill(1);
      const slow = store.watch(BOX);
      expect(brief(await take(slow, 1))).toEqual(["ADDED b000"]);
      for (let i = 0; i < 101; i++) await store.patch(BOX, at("b000"), { data: { i: String(i) } });
      await expect(take(slow, 1)).rejects.toThrow(ExpiredError);
      expect(await take(slow, 1)).toEqual([]);
      const late = store.watch(BOX, { resourceVersion: a!.metadata.resourceVersion! });
      await expect(take(late, 1)).rejects.toThrow(ExpiredError);
      await expect(take(store.watch(BOX, { resourceVersion: "99999999" }), 1)).rejects.toThrow(ExpiredError);
      await expect(take(store.watch(BOX, { resourceVersion: "abc" }), 1)).rejects.toThrow(InvalidRequestError);
    });

    it("marks the end of the beginning and moves on with others' writes, once a minute", async () => {
      await fill(1);
      const watch = store.watch(BOX, { allowBookmarks: true });
      const [, bookmark] = await take(watch, 2);
      expect(bookmark).toEqual({ type: "BOOKMARK", resourceVersion: await store.currentResourceVersion() });
      const next = take(watch, 1);
      await store.create(WORK, work("soon"));
      now += 61_000;
      const later = await store.create(WORK, work("later"));
      expect(await next).toEqual([{ type: "BOOKMARK", resourceVersion: later.metadata.resourceVersion }]);
      const own = take(watch, 1);
      await store.create(WORK, work("again"));
      await store.create(BOX, box("mine"));
      expect(brief(await own)).toEqual(["ADDED mine"]);
    });

    it("serves a thousand readers", async () => {
      const resourceVersion = await store.currentResourceVersion();
      const watches = Array.from({ length: 1000 }, () => store.watch(BOX, { resourceVersion, shared: true }));
      const all = watches.map((watch) => take(watch, 10));
      await fill(10);
      for (const events of await Promise.all(all)) expect(events).toHaveLength(10);
    });
  });
}
