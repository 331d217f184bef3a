import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CONFIG_MAP, SECRET, type StoredConfigMap, type StoredSecret } from "@qalam/api";
import { ExpiredError, LockedError, NewerDatabaseError, StorageError } from "@qalam/store";
import { openDataDirectory, readLockHolder } from "@qalam/store/sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../src/sqlite/database.ts";
import { Database } from "../src/sqlite/driver.ts";
import { temporaryDirectory } from "./stores.ts";

let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => directory.remove());

const box = (name: string, data: Record<string, string> = {}): StoredConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default" },
  data,
});
const key = (name: string) => ({ namespace: "default", name });
const thrown = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("a data directory opened again", () => {
  it("has all objects, versions and observations of before", async () => {
    const first = await openDataDirectory(directory.path);
    await first.resources.create(CONFIG_MAP, box("a", { x: "1" }));
    await first.resources.create(CONFIG_MAP, box("gone"));
    await first.resources.delete(CONFIG_MAP, key("gone"));
    const before = await first.resources.list(CONFIG_MAP);
    await first.observations.append("t", [
      { metric: "m", value: "0.50", time: "2026-01-01T00:00:00.000000001Z", source: "s", sequence: 1, step: 2 },
    ]);
    const rows = await first.observations.query("t");
    const summary = await first.observations.summarize("t");
    await first.close();
    const second = await openDataDirectory(directory.path);
    expect(await second.resources.list(CONFIG_MAP)).toEqual(before);
    expect(await second.observations.query("t")).toEqual(rows);
    expect(await second.observations.summarize("t")).toEqual(summary);
    expect(await second.observations.lastSequence("t", "s")).toBe(1);
    await second.close();
  });

  it("goes on with watches and pages from before, as far as it remembers", async () => {
    const first = await openDataDirectory(directory.path, { historyLimit: 10 });
    const { resourceVersion } = await first.resources.list(CONFIG_MAP);
    for (let i = 0; i < 6; i++) await first.resources.create(CONFIG_MAP, box(`b${i}`, { i: String(i) }));
    const page = await first.resources.list(CONFIG_MAP, { limit: 2 });
    await first.resources.patch(CONFIG_MAP, key("b3"), { data: { i: "changed" } });
    await first.resources.delete(CONFIG_MAP, key("b4"));
    await first.close();

    const second = await openDataDirectory(directory.path, { historyLimit: 10 });
    const watch = second.resources.watch(CONFIG_MAP, { resourceVersion })[Symbol.asyncIterator]();
    const types: string[] = [];
    for (let i = 0; i < 8; i++) types.push((await watch.next()).value!.type);
    expect(types).toEqual([...Array.from({ length: 6 }, () => "ADDED"), "MODIFIED", "DELETED"]);
    const rest = await second.resources.list(CONFIG_MAP, { continue: page.continue! });
    expect(rest.items.map(({ data }) => data!.i)).toEqual(["2", "3", "4", "5"]);
    for (let i = 0; i < 12; i++) await second.resources.patch(CONFIG_MAP, key("b0"), { data: { i: `again ${i}` } });
    await second.close();

    const third = await openDataDirectory(directory.path, { historyLimit: 10 });
    const late = third.resources.watch(CONFIG_MAP, { resourceVersion })[Symbol.asyncIterator]();
    await expect(late.next()).rejects.toThrow(ExpiredError);
    await expect(third.resources.list(CONFIG_MAP, { continue: page.continue! })).rejects.toThrow(ExpiredError);
    await third.close();
  });

  it("replays from any version it accepts to what it lists", async () => {
    const options = { historyLimit: 7 };
    const first = await openDataDirectory(directory.path, options);
    const lists = new Map<string, StoredConfigMap[]>();
    for (let i = 0; i < 30; i++) {
      const name = `b${i % 9}`;
      if ((await first.resources.get(CONFIG_MAP, key(name))) === undefined)
        await first.resources.create(CONFIG_MAP, box(name));
      else if (i % 4 === 0) await first.resources.delete(CONFIG_MAP, key(name));
      else await first.resources.patch(CONFIG_MAP, key(name), { data: { i: String(i) } });
      const { resourceVersion, items } = await first.resources.list(CONFIG_MAP);
      lists.set(resourceVersion, items);
    }
    await first.close();
    const second = await openDataDirectory(directory.path, options);
    const final = await second.resources.list(CONFIG_MAP);
    expect(final.items).toEqual([...lists.values()].at(-1));
    let accepted = 0;
    for (const [resourceVersion, items] of lists) {
      const seen = new Map(items.map((item) => [item.metadata.name, item]));
      const watch = second.resources.watch(CONFIG_MAP, { resourceVersion })[Symbol.asyncIterator]();
      let version = resourceVersion;
      while (version !== final.resourceVersion) {
        const next = await watch.next().catch((error: unknown) => error);
        if (next instanceof ExpiredError) break;
        const { type, object } = (next as IteratorYieldResult<{ type: string; object: StoredConfigMap }>).value;
        version = object.metadata.resourceVersion!;
        if (type === "DELETED") seen.delete(object.metadata.name);
        else seen.set(object.metadata.name, object);
      }
      if (version !== final.resourceVersion) continue;
      accepted++;
      const names = [...seen.keys()].sort();
      expect(names.map((name) => seen.get(name))).toEqual(final.items);
    }
    expect(accepted).toBe(8);
    await second.close();
  });

  it("keeps no more rows than it remembers", async () => {
    const opened = await openDataDirectory(directory.path, { historyLimit: 10 });
    await opened.resources.create(CONFIG_MAP, box("a"));
    for (let i = 0; i < 200; i++) {
      await opened.resources.patch(CONFIG_MAP, key("a"), { data: { i: String(i) } });
      await opened.resources.create(CONFIG_MAP, box("short"));
      await opened.resources.delete(CONFIG_MAP, key("short"));
    }
    await opened.close();
    const database = new Database(join(directory.path, "qalam.db"));
    expect(Number(database.prepare("select count(*) as n from revisions").get()!.n)).toBeLessThan(30);
    database.close();
  });

  it("finishes the collection that the end of the process cut short", async () => {
    const first = await openDataDirectory(directory.path);
    const owner = await first.resources.create(CONFIG_MAP, box("owner"));
    const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: owner.metadata.uid! }];
    const child = (i: number) => ({ ...box(`child-${i}`), metadata: { ...key(`child-${i}`), ownerReferences } });
    await Promise.all(Array.from({ length: 600 }, (_, i) => first.resources.create(CONFIG_MAP, child(i))));
    await first.resources.delete(CONFIG_MAP, key("owner"));
    expect((await first.resources.list(CONFIG_MAP)).items.length).toBeGreaterThan(0);
    await first.close();
    const second = await openDataDirectory(directory.path);
    const watch = second.resources.watch(CONFIG_MAP, { allowBookmarks: true });
    let left = 0;
    for await (const event of watch) {
      if (event.type === "ADDED") left++;
      if (event.type === "DELETED") left--;
      if (event.type !== "ADDED" && left === 0) break;
    }
    expect((await second.resources.list(CONFIG_MAP)).items).toEqual([]);
    await second.close();
  });
});

describe("the lock of a data directory", () => {
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
  });

  /** A process that opens the directory and says whether it got it. */
  async function opener(): Promise<{ child: ChildProcess; answer: string }> {
    const code = `import { openDataDirectory } from "@qalam/store/sqlite";
      try { const d = await openDataDirectory(process.argv[1]); d.setAddress("https://127.0.0.1:7000"); console.log("open"); setInterval(() => {}, 1e6); }
      catch (error) { console.log(error.name + ": " + error.message); }`;
    const tsx = createRequire(import.meta.url).resolve("tsx");
    const args = ["--conditions=source", "--import", tsx, "--input-type=module", "-e", code, directory.path];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], cwd: import.meta.dirname });
    started.push(child);
    const [answer] = (await once(createInterface({ input: child.stdout! }), "line")) as [string];
    return { child, answer };
  }

  it("tells a second process who holds it, and is free as soon as that dies", async () => {
    const { child, answer } = await opener();
    expect(answer).toBe("open");
    const error = (await thrown(openDataDirectory(directory.path))) as LockedError;
    expect(error).toBeInstanceOf(LockedError);
    expect(error.message).toContain(`in use by process ${child.pid} on `);
    expect(error.message).toContain("https://127.0.0.1:7000");
    expect(readLockHolder(directory.path)).toMatchObject({ pid: child.pid, address: "https://127.0.0.1:7000" });
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(existsSync(join(directory.path, "server.json"))).toBe(true);
    expect(readLockHolder(directory.path)).toBeUndefined();
    await (await openDataDirectory(directory.path)).close();
  });

  it("is taken by exactly one of many that start together", async () => {
    const answers = (await Promise.all(Array.from({ length: 6 }, opener))).map(({ answer }) => answer);
    expect(answers.filter((answer) => answer === "open")).toHaveLength(1);
    expect(answers.filter((answer) => answer.startsWith("LockedError"))).toHaveLength(5);
  });

  it("holds within one process too, and is free after close", async () => {
    const opened = await openDataDirectory(directory.path);
    await expect(openDataDirectory(directory.path)).rejects.toThrow(LockedError);
    expect(readLockHolder(directory.path)).toMatchObject({ pid: process.pid });
    await Promise.all([opened.close(), opened.close()]);
    expect(readLockHolder(directory.path)).toBeUndefined();
    expect(readLockHolder(join(directory.path, "not there"))).toBeUndefined();
    await (await openDataDirectory(directory.path)).close();
  });
});

describe("a database", () => {
  const file = () => join(directory.path, "qalam.db");

  it("of a newer version is refused and left as it is", async () => {
    await (await openDataDirectory(directory.path)).close();
    const database = new Database(file());
    database.exec("pragma user_version = 99");
    database.close();
    const before = readFileSync(file());
    const error = (await thrown(openDataDirectory(directory.path))) as Error;
    expect(error).toBeInstanceOf(NewerDatabaseError);
    expect(error.message).toMatch(/schema version 99; this Qalam knows up to \d+\. Update Qalam/);
    expect(readFileSync(file()).equals(before)).toBe(true);
    expect(readLockHolder(directory.path)).toBeUndefined();
  });

  it("that is empty or new gets the schema, once", () => {
    writeFileSync(file(), "");
    openDatabase(file()).close();
    const database = openDatabase(file());
    expect(Number(database.prepare("pragma user_version").get()!.user_version)).toBe(3);
    database.close();
  });

  it("that is none is refused with what to do", async () => {
    writeFileSync(file(), "this is no database at all, ".repeat(200));
    const error = (await thrown(openDataDirectory(directory.path))) as StorageError;
    expect(error).toBeInstanceOf(StorageError);
    expect(error.problem).toBe("damaged");
    expect(error.message).toMatch(/damaged: move qalam.db .* away.*qalam\.db: file is not a database/);
    expect(readFileSync(file(), "utf8")).toContain("no database at all");
  });

  it("that is damaged in the middle is refused, too", async () => {
    const opened = await openDataDirectory(directory.path);
    for (let i = 0; i < 50; i++) await opened.resources.create(CONFIG_MAP, box(`b${i}`, { x: "y".repeat(3000) }));
    await opened.close();
    const handle = openSync(file(), "r+");
    for (let page = 3; page * 4096 < statSync(file()).size; page++)
      writeSync(handle, "damage".repeat(300), page * 4096);
    closeSync(handle);
    expect(await thrown(openDataDirectory(directory.path))).toMatchObject({ problem: "damaged" });
    truncateSync(file(), 8192);
    expect(await thrown(openDataDirectory(directory.path))).toMatchObject({ problem: "damaged" });
  });
});

describe("a folder that cannot be written", () => {
  it("is refused with what to do", async () => {
    const blocked = join(directory.path, "file");
    writeFileSync(blocked, "");
    expect(await thrown(openDataDirectory(join(blocked, "sub")))).toMatchObject({ problem: "unreadable" });
  });

  it.skipIf(!canMount())("that is read-only is refused, too", async () => {
    await onDisk("1m", async (path) => {
      execFileSync("mount", ["-o", "remount,ro", path]);
      const error = (await thrown(openDataDirectory(join(path, "home")))) as StorageError;
      expect(error.problem).toBe("read-only");
      expect(error.message).toMatch(/cannot be written.*QALAM_HOME/);
    });
  });
});

describe("a full disk", () => {
  it.skipIf(!canMount())("keeps a data directory from being opened, with the reason", async () => {
    await onDisk("24k", async (path) => {
      expect(await thrown(openDataDirectory(join(path, "home")))).toMatchObject({ problem: "full" });
      execFileSync("mount", ["-o", "remount,size=4m", path]);
      await (await openDataDirectory(join(path, "home"))).close();
    });
  });

  it.skipIf(!canMount())("fails writes clearly, spoils nothing, and later writes work", async () => {
    await onDisk("4m", async (path) => {
      const filler = join(path, "filler");
      writeFileSync(filler, "x".repeat(2 << 20));
      const opened = await openDataDirectory(join(path, "home"));
      const watch = opened.resources.watch(CONFIG_MAP)[Symbol.asyncIterator]();
      const made: string[] = [];
      let failure: unknown;
      for (let i = 0; failure === undefined && i < 1000; i++) {
        failure = await thrown(opened.resources.create(CONFIG_MAP, box(`b${i}`, { x: "y".repeat(20_000) })));
        if (failure === undefined) made.push(`b${i}`);
      }
      const big = { x: "y".repeat(20_000) };
      const together = Array.from({ length: 30 }, (_, i) => opened.resources.create(CONFIG_MAP, box(`t${i}`, big)));
      for (const { status } of await Promise.allSettled(together)) expect(status).toBe("rejected");
      const secret = { ...box("first-of-its-kind", big), kind: "Secret" } as StoredSecret;
      expect(await thrown(opened.resources.create(SECRET, secret))).toMatchObject({ problem: "full" });
      expect(failure).toMatchObject({ problem: "full", message: expect.stringMatching(/disk is full.*make room/) });
      const row = { metric: "m", value: "v".repeat(200_000), time: "2026-01-01T00:00:00Z", source: "s", sequence: 1 };
      expect(await thrown(opened.observations.append("t", [row]))).toMatchObject({ problem: "full" });
      const names = async () =>
        (await opened.resources.list(CONFIG_MAP)).items.map(({ metadata }) => metadata.name).sort();
      expect(await names()).toEqual([...made].sort());
      expect(await opened.observations.query("t")).toEqual([]);
      truncateSync(filler, 0);
      expect(await opened.observations.append("t", [row])).toBe(1);
      await opened.resources.create(CONFIG_MAP, box("after"));
      const stored = await opened.resources.create(SECRET, secret);
      for (const name of [...made, "after"])
        expect((await watch.next()).value).toMatchObject({ object: { metadata: { name } } });
      await opened.close();
      const again = await openDataDirectory(join(path, "home"));
      expect((await again.resources.list(CONFIG_MAP)).items).toHaveLength(made.length + 1);
      expect(await again.resources.get(SECRET, key("first-of-its-kind"))).toEqual(stored);
      expect(await again.observations.summarize("t")).toHaveLength(1);
      await again.close();
    });
  });
});

/** A small disk of its own; only the system's administrator can make one. */
async function onDisk(size: string, use: (path: string) => Promise<void>): Promise<void> {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "qalam-test", directory.path]);
  try {
    await use(directory.path);
  } finally {
    execFileSync("umount", ["--lazy", directory.path]);
  }
}

function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const probe = temporaryDirectory();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "qalam-test", probe.path], { stdio: "ignore" });
    execFileSync("umount", [probe.path]);
    return true;
  } catch {
    return false;
  } finally {
    probe.remove();
  }
}
