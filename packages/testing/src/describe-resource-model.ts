import type { KubeObject } from "@qalam/api";
import type { ResourceStore, StoreError } from "@qalam/store";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenedStore, OpenStore } from "./describe-resource-store.ts";
import { BOX, box, WORK, type Work, work } from "./resource-store-objects.ts";

/** What the model knows of one object. */
interface Known {
  spec: number;
  status: number | undefined;
  label: string;
  held: boolean;
  deleting: boolean;
  generation: number;
  /** As it was returned last. */
  copy: Work;
}

const name = fc.constantFrom("a", "b", "c");
const number = fc.integer({ min: 0, max: 2 });
const operation = fc.oneof(
  fc.record({ do: fc.constant("create" as const), name, spec: number, held: fc.boolean() }),
  fc.record({ do: fc.constant("update" as const), name, spec: number, stale: fc.boolean() }),
  fc.record({ do: fc.constant("status" as const), name, status: number, stale: fc.boolean() }),
  fc.record({ do: fc.constant("label" as const), name, label: fc.constantFrom("x", "y") }),
  fc.record({ do: fc.constant("hold" as const), name, held: fc.boolean() }),
  fc.record({ do: fc.constant("delete" as const), name }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** Random operations against a model of a few lines, and watches that must replay to what is listed. */
export function describeResourceModel(open: OpenStore): void {
  describe("any sequence of operations", () => {
    let opened: OpenedStore;
    let store: ResourceStore;
    let run = 0;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.close());

    it("does what a simple model does, and every watch replays to it", async () => {
      const property = fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (operations) => {
        const namespace = `run-${run++}`;
        const model = new Model(store, namespace);
        const starts: { version: string; items: Work[] }[] = [await snapshot(store, namespace)];
        for (const [index, each] of operations.entries()) {
          await model.check(each);
          if (index % 10 === 0) starts.push(await snapshot(store, namespace));
        }
        const final = await snapshot(store, namespace);
        expect(final.items.map(facts)).toEqual(model.facts());
        for (const start of starts) await expectReplay(store, namespace, start, final);
      });
      await fc.assert(property, { numRuns: 40 });
    });

    it("shows every selecting watch just what a list would show", async () => {
      const labels = fc.array(fc.tuple(name, fc.constantFrom("x", "y", undefined)), { maxLength: 30 });
      const property = fc.asyncProperty(labels, async (steps) => {
        const namespace = `select-${run++}`;
        const watch = store.watch(BOX, { namespace, labelSelector: "l=x" });
        for (const [each, label] of steps) {
          const key = { namespace, name: each };
          const present = await store.get(BOX, key);
          if (label === undefined) await (present && store.delete(BOX, key));
          else if (present) await store.patch(BOX, key, { metadata: { labels: { l: label } } });
          else await store.create(BOX, box(each, { namespace, labels: { l: label } }));
        }
        await store.create(BOX, box("end", { namespace, labels: { l: "x" } }));
        const seen = new Map<string, KubeObject>();
        for await (const event of watch) {
          if (event.type === "BOOKMARK") continue;
          apply(seen, event.type, event.object);
          if (event.object.metadata.name === "end") break;
        }
        const { items } = await store.list(BOX, { namespace, labelSelector: "l=x" });
        expect([...seen.values()].sort(byName)).toEqual(items);
      });
      await fc.assert(property, { numRuns: 30 });
    });
  });
}

async function snapshot(store: ResourceStore, namespace: string): Promise<{ version: string; items: Work[] }> {
  const { resourceVersion, items } = await store.list(WORK, { namespace });
  return { version: resourceVersion, items };
}

function byName(a: KubeObject, b: KubeObject): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/** Fails when an event cannot follow what was seen before. */
function apply(seen: Map<string, KubeObject>, type: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject): void {
  const { name: key } = object.metadata;
  expect(`${type} when ${seen.has(key) ? "present" : "absent"}`).toBe(
    `${type} when ${type === "ADDED" ? "absent" : "present"}`,
  );
  if (type === "DELETED") seen.delete(key);
  else seen.set(key, object);
}

async function expectReplay(
  store: ResourceStore,
  namespace: string,
  start: { version: string; items: Work[] },
  final: { version: string; items: Work[] },
): Promise<void> {
  const watch = store.watch(WORK, { namespace, resourceVersion: start.version });
  const end = await store.create(WORK, work(`end-${start.version}`, { metadata: { name: "end", namespace } }));
  const seen = new Map<string, KubeObject>(start.items.map((item) => [item.metadata.name, item]));
  let version = Number(start.version);
  for await (const event of watch) {
    if (event.type === "BOOKMARK") continue;
    expect(Number(event.object.metadata.resourceVersion)).toBeGreaterThan(version);
    version = Number(event.object.metadata.resourceVersion);
    if (event.object.metadata.uid === end.metadata.uid) break;
    if (event.object.metadata.name !== "end") apply(seen, event.type, event.object);
  }
  expect([...seen.values()].sort(byName)).toEqual(final.items);
  await store.delete(WORK, { namespace, name: "end" });
}

function facts({ metadata, spec, status }: Work): unknown {
  return {
    name: metadata.name,
    spec: spec?.n,
    status: status?.n,
    label: metadata.labels?.l,
    held: metadata.finalizers !== undefined,
    deleting: metadata.deletionTimestamp !== undefined,
    generation: metadata.generation,
  };
}

class Model {
  readonly #store: ResourceStore;
  readonly #namespace: string;
  readonly #objects = new Map<string, Known>();
  readonly #oldCopies = new Map<string, Work>();

  constructor(store: ResourceStore, namespace: string) {
    this.#store = store;
    this.#namespace = namespace;
  }

  facts(): unknown[] {
    return [...this.#objects]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { spec, status, label, held, deleting, generation }]) => ({
        name: key,
        spec,
        status,
        label,
        held,
        deleting,
        generation,
      }));
  }

  /** Does one operation on both and compares the outcome. */
  async check(operation: Operation): Promise<void> {
    const expected = this.#expect(operation);
    const outcome = await this.#act(operation).catch((error: StoreError) => error.code);
    if (typeof expected === "string") {
      expect(outcome).toBe(expected);
      return;
    }
    if (typeof outcome === "string") throw new Error(`${operation.do} ${operation.name} failed: ${outcome}`);
    const known = this.#objects.get(operation.name);
    if (known === undefined) return;
    const { resourceVersion } = known.copy.metadata;
    if (resourceVersion !== undefined && resourceVersion !== outcome.metadata.resourceVersion) {
      this.#oldCopies.set(operation.name, known.copy);
    }
    known.copy = outcome;
  }

  async #act(operation: Operation): Promise<Work> {
    const key = { namespace: this.#namespace, name: operation.name };
    const old = "stale" in operation && operation.stale ? this.#oldCopies.get(key.name) : undefined;
    const copy = old ?? this.#objects.get(key.name)?.copy;
    const base = copy ?? work(key.name, { metadata: key });
    switch (operation.do) {
      case "create": {
        const finalizers = operation.held ? { finalizers: ["x/hold"] } : {};
        const metadata = { ...key, ...finalizers, labels: { l: "new" } };
        return this.#store.create(WORK, work(key.name, { metadata, spec: { n: operation.spec } }));
      }
      case "update":
        return this.#store.update(WORK, { ...base, spec: { n: operation.spec } });
      case "status":
        return this.#store.updateStatus(WORK, { ...base, status: { n: operation.status } });
      case "label":
        return this.#store.patch(WORK, key, { metadata: { labels: { l: operation.label } } });
      case "hold":
        return this.#store.patch(WORK, key, { metadata: { finalizers: operation.held ? ["x/hold"] : null } });
      case "delete":
        return this.#store.delete(WORK, key);
    }
  }

  /** Changes the model. @returns the code of the error that must come */
  #expect(operation: Operation): string | undefined {
    const known = this.#objects.get(operation.name);
    if (operation.do === "create") return this.#create(operation, known);
    if (known === undefined) return "NOT_FOUND";
    const isOld = "stale" in operation && operation.stale && this.#oldCopies.has(operation.name);
    if (isOld) return "CONFLICT";
    switch (operation.do) {
      case "update":
        if (known.spec !== operation.spec) known.generation++;
        known.spec = operation.spec;
        return undefined;
      case "status":
        known.status = operation.status;
        return undefined;
      case "label":
        known.label = operation.label;
        return undefined;
      case "hold":
        if (operation.held && !known.held && known.deleting) return "INVALID_OBJECT";
        known.held = operation.held;
        if (known.deleting && !known.held) this.#forget(operation.name);
        return undefined;
      case "delete":
        if (!known.held) this.#forget(operation.name);
        else if (!known.deleting) known.generation++;
        known.deleting = true;
        return undefined;
    }
  }

  #create(operation: Extract<Operation, { do: "create" }>, known: Known | undefined): string | undefined {
    if (known !== undefined) return "ALREADY_EXISTS";
    const { spec, held } = operation;
    const copy = work(operation.name);
    this.#objects.set(operation.name, {
      spec,
      status: undefined,
      label: "new",
      held,
      deleting: false,
      generation: 1,
      copy,
    });
    return undefined;
  }

  #forget(key: string): void {
    const known = this.#objects.get(key);
    if (known !== undefined) this.#oldCopies.set(key, known.copy);
    this.#objects.delete(key);
  }
}
