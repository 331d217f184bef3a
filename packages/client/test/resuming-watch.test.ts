import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONFIG_MAP, type StoredConfigMap } from "@qalam/api";
import { ApiError, type Backoff, ConnectionError, type Retry, type WatchEvent } from "@qalam/client";
import { MemoryStore } from "@qalam/store/memory";
import { openDataDirectory } from "@qalam/store/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { map, serve } from "./served-store.ts";

const key = (name: string) => ({ namespace: "default", name });

/** Reads a watch by hand. */
class Reader {
  readonly #events: AsyncIterator<WatchEvent<StoredConfigMap>>;
  constructor(events: AsyncIterable<WatchEvent<StoredConfigMap>>) {
    this.#events = events[Symbol.asyncIterator]();
  }
  /** The next events, as `TYPE name data`. */
  async take(count: number): Promise<string[]> {
    const taken: string[] = [];
    while (taken.length < count) {
      const { value, done } = (await this.#events.next()) as IteratorResult<WatchEvent<StoredConfigMap>, undefined>;
      if (done === true) return [...taken, "end"];
      if (value.type === "BOOKMARK") taken.push("BOOKMARK");
      else taken.push(`${value.type} ${value.object.metadata.name} ${value.object.data?.a ?? ""}`.trim());
    }
    return taken;
  }
  async last(): Promise<StoredConfigMap> {
    return ((await this.#events.next()).value as { object: StoredConfigMap }).object;
  }
}

/** Holds every retry back until the test lets it go. */
function heldBackoff() {
  const retries: Retry[] = [];
  let told: (() => void) | undefined;
  let release: (() => void) | undefined;
  const backoff: Backoff = (retry) => {
    retries.push(retry);
    told?.();
    return new Promise((resolve) => {
      release = resolve;
      retry.signal?.addEventListener("abort", () => resolve());
    });
  };
  return {
    backoff,
    retries,
    async until(count: number): Promise<void> {
      while (retries.length < count)
        await new Promise<void>((resolve) => {
          told = resolve;
        });
    },
    goOn: () => release?.(),
  };
}

/** A watch of all config maps whose connection breaks and is made again when the test says so. */
async function watched(options: { store?: MemoryStore; bookmarks?: boolean } = {}) {
  const hold = heldBackoff();
  const { served, store, client } = await serve({ ...options, client: { backoff: hold.backoff } });
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const watch = client.watch(CONFIG_MAP, { bookmarks: options.bookmarks ?? false, signal: abort.signal });
  return { served, store, client, hold, abort, reader: new Reader(watch) };
}

describe("a watch", () => {
  it("begins with what exists and goes on with changes", async () => {
    const { store, reader } = await watched({ bookmarks: true });
    await store.create(CONFIG_MAP, map("one"));
    expect(await reader.take(2)).toEqual(["ADDED one", "BOOKMARK"]);
    await store.create(CONFIG_MAP, map("two"));
    await store.update(CONFIG_MAP, map("one", { a: "1" }));
    await store.delete(CONFIG_MAP, key("two"));
    expect(await reader.take(3)).toEqual(["ADDED two", "MODIFIED one 1", "DELETED two"]);
  });

  it("goes on after a list without telling what the list told", async () => {
    const { store, client } = await serve();
    await store.create(CONFIG_MAP, map("one"));
    const from = await client.listAll(CONFIG_MAP);
    await store.create(CONFIG_MAP, map("two"));
    expect(await new Reader(client.watch(CONFIG_MAP, { from })).take(1)).toEqual(["ADDED two"]);
  });

  it("sees only its namespace and selectors", async () => {
    const { store, client } = await serve();
    await store.create(CONFIG_MAP, map("one"));
    await store.create(CONFIG_MAP, {
      ...map("two"),
      metadata: { name: "two", namespace: "other", labels: { l: "1" } },
    });
    await store.create(CONFIG_MAP, { ...map("three"), metadata: { name: "three", namespace: "other" } });
    const take = (query: object) => new Reader(client.watch(CONFIG_MAP, { bookmarks: true, ...query })).take(2);
    expect(await take({ namespace: "default" })).toEqual(["ADDED one", "BOOKMARK"]);
    expect(await take({ labelSelector: "l=1" })).toEqual(["ADDED two", "BOOKMARK"]);
    expect(await take({ fieldSelector: "metadata.name=three" })).toEqual(["ADDED three", "BOOKMARK"]);
  });

  it("goes on where it was when the server is stopped and started again, with nothing told twice", async () => {
    const { served, store, reader, hold } = await watched();
    await store.create(CONFIG_MAP, map("one"));
    expect(await reader.take(1)).toEqual(["ADDED one"]);
    const next = reader.take(2);
    await served.watches.until(1);
    await served.stop();
    await hold.until(1);
    expect(hold.retries[0]?.error).toBeInstanceOf(ConnectionError);
    hold.goOn();
    await hold.until(2); // nobody listens
    expect(hold.retries.map(({ attempt }) => attempt)).toEqual([0, 1]);
    await store.update(CONFIG_MAP, map("one", { a: "1" }));
    await served.start();
    await store.create(CONFIG_MAP, map("two"));
    hold.goOn();
    expect(await next).toEqual(["MODIFIED one 1", "ADDED two"]);
  });

  it("of nothing yet goes on all the same", async () => {
    const { served, store, reader, hold } = await watched();
    const next = reader.take(1);
    await served.watches.until(1);
    await served.stop();
    await hold.until(1);
    await served.start();
    await store.create(CONFIG_MAP, map("one"));
    hold.goOn();
    expect(await next).toEqual(["ADDED one"]);
  });

  it("is told what it missed when the server forgot where it was", async () => {
    const { served, store, reader, hold } = await watched({ store: new MemoryStore({ historyLimit: 1 }) });
    for (const name of ["gone", "kept", "replaced", "changed"]) await store.create(CONFIG_MAP, map(name));
    expect(await reader.take(4)).toHaveLength(4);
    const next = reader.take(5);
    await served.watches.until(1);
    await served.stop();
    await hold.until(1);
    await store.delete(CONFIG_MAP, key("gone"));
    await store.delete(CONFIG_MAP, key("replaced"));
    await store.create(CONFIG_MAP, map("replaced", { a: "new" }));
    await store.update(CONFIG_MAP, map("changed", { a: "1" }));
    await store.create(CONFIG_MAP, map("fresh"));
    await served.start();
    hold.goOn();
    await hold.until(2);
    expect(hold.retries[1]?.error).toMatchObject({ status: 410, isGone: true });
    hold.goOn();
    expect(await next).toEqual([
      "DELETED gone",
      "DELETED replaced",
      "MODIFIED changed 1",
      "ADDED fresh",
      "ADDED replaced new",
    ]);
    await store.update(CONFIG_MAP, map("kept", { a: "2" }));
    expect(await reader.take(1)).toEqual(["MODIFIED kept 2"]);
  });

  it("tells of a deletion it missed as the object was last seen, at the version of the list", async () => {
    const { served, store, reader, hold } = await watched({ store: new MemoryStore({ historyLimit: 1 }) });
    await store.create(CONFIG_MAP, map("gone", { a: "last" }));
    await reader.take(1);
    const next = reader.last();
    await served.watches.until(1);
    await served.stop();
    await hold.until(1);
    await store.delete(CONFIG_MAP, key("gone"));
    for (const name of ["x", "x"])
      await store.create(CONFIG_MAP, map(name)).then(() => store.delete(CONFIG_MAP, key(name)));
    await served.start();
    hold.goOn();
    await hold.until(2);
    hold.goOn();
    const object = await next;
    expect(object.data).toEqual({ a: "last" });
    expect(object.metadata.resourceVersion).toBe(await store.currentResourceVersion());
  });

  it("survives a server that comes back with another store, whose versions are lower", async () => {
    const { served, store, reader, hold } = await watched();
    for (const name of ["a", "b", "c"]) await store.create(CONFIG_MAP, map(name));
    await reader.take(3);
    const next = reader.take(4);
    await served.watches.until(1);
    await served.stop();
    await hold.until(1);
    const other = new MemoryStore();
    await other.create(CONFIG_MAP, map("a", { a: "other" }));
    await served.start(other);
    hold.goOn();
    await hold.until(2);
    hold.goOn();
    expect(await next).toEqual(["DELETED a", "DELETED b", "DELETED c", "ADDED a other"]);
  });

  it("over a database that is closed and opened again by another server tells every change once", async () => {
    const folder = mkdtempSync(join(tmpdir(), "qalam-client-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    let data = await openDataDirectory(folder);
    const hold = heldBackoff();
    const { served, client } = await serve({ store: data.resources, client: { backoff: hold.backoff } });
    const reader = new Reader(client.watch(CONFIG_MAP));
    for (const round of ["1", "2", "3"]) {
      await client.create(CONFIG_MAP, map(`map-${round}`));
      expect(await reader.take(1)).toEqual([`ADDED map-${round}`]);
      const next = reader.take(1);
      await served.watches.until(1);
      await served.stop();
      await data.close();
      await hold.until(Number(round));
      data = await openDataDirectory(folder);
      await data.resources.update(CONFIG_MAP, map(`map-${round}`, { a: round }));
      await served.start(data.resources);
      hold.goOn();
      expect(await next).toEqual([`MODIFIED map-${round} ${round}`]);
    }
    await served.stop();
    await data.close();
  });

  it("from a version alone resumes, and says when the server forgot it, as what was seen before is not known", async () => {
    const { store, client } = await serve({ store: new MemoryStore({ historyLimit: 1 }) });
    const { metadata } = await store.create(CONFIG_MAP, map("one"));
    const { resourceVersion = "" } = metadata;
    await store.create(CONFIG_MAP, map("two"));
    expect(await new Reader(client.watch(CONFIG_MAP, { resourceVersion })).take(1)).toEqual(["ADDED two"]);
    await store.create(CONFIG_MAP, map("three"));
    const failure = await new Reader(client.watch(CONFIG_MAP, { resourceVersion })).take(1).catch((error) => error);
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure.isGone).toBe(true);
  });
});

describe("a watch that is not wanted any more", () => {
  it("ends when its signal aborts, and the server's watch with it", async () => {
    const { served, store, reader, abort } = await watched();
    await store.create(CONFIG_MAP, map("one"));
    expect(await reader.take(1)).toEqual(["ADDED one"]);
    const next = reader.take(1);
    await served.watches.until(1);
    abort.abort();
    expect(await next).toEqual(["end"]);
    await served.watches.until(0);
  });

  it("frees the server's watch when the loop is left", async () => {
    const { served, store, client } = await serve();
    await store.create(CONFIG_MAP, map("one"));
    for await (const event of client.watch(CONFIG_MAP)) {
      if (event.type === "MODIFIED") break;
      await store.update(CONFIG_MAP, map("one", { a: "1" }));
    }
    await served.watches.until(0);
  });

  it("ends while it waits to connect again", async () => {
    const { served, reader, hold, abort } = await watched();
    const next = reader.take(1);
    await served.watches.until(1);
    await served.stop();
    await hold.until(1);
    abort.abort();
    expect(await next).toEqual(["end"]);
  });

  it("whose backoff gives up ends with the reason", async () => {
    const giveUp: Backoff = ({ error }) => Promise.reject(error);
    const { served, client } = await serve({ client: { backoff: giveUp } });
    const next = new Reader(client.watch(CONFIG_MAP)).take(1);
    await served.watches.until(1);
    await served.stop();
    await expect(next).rejects.toThrow(ConnectionError);
  });
});

describe("a watch that cannot work", () => {
  it("is refused at once when the server was never there", async () => {
    const { served } = await serve();
    await served.stop();
    const client = served.client();
    await expect(new Reader(client.watch(CONFIG_MAP)).take(1)).rejects.toThrow(
      /127\.0\.0\.1:\d+ failed: .*ECONNREFUSED/,
    );
  });

  it("is refused for a bad selector or token", async () => {
    const { served, client } = await serve();
    await expect(new Reader(client.watch(CONFIG_MAP, { labelSelector: "a b" })).take(1)).rejects.toMatchObject({
      status: 400,
    });
    const stranger = served.client({ token: "wrong" });
    await expect(new Reader(stranger.watch(CONFIG_MAP)).take(1)).rejects.toMatchObject({ status: 401 });
  });
});
