/**
 * How fast resources are written, listed and watched. Usage: node --expose-gc --conditions=source --import tsx bench/resources.ts [objects=10000]
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ResourceStore } from "@qalam/store";
import { MemoryStore } from "@qalam/store/memory";
import { openDataDirectory } from "@qalam/store/sqlite";
import { TRIAL_LIKE as kind, trial, trialStatus } from "./trial-objects.ts";

const objects = Number(process.argv[2] ?? 10_000);
const WRITERS = 32;
const WATCHERS = 1000;

async function measure(what: string, count: number, run: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await run();
  const milliseconds = performance.now() - start;
  const rate = count / (milliseconds / 1000);
  console.log(`  ${what.padEnd(44)} ${milliseconds.toFixed(1).padStart(9)} ms ${rate.toFixed(0).padStart(10)} /s`);
}

/** Runs `write` for every index, several at a time. */
async function byWriters(write: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const writer = async (): Promise<void> => {
    while (next < objects) await write(next++);
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

async function bench(store: ResourceStore): Promise<void> {
  const heap = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  await measure("create, one by one", objects, async () => {
    for (let i = 0; i < objects; i++) await store.create(kind, trial(i));
  });
  console.log(`  heap for ${objects} trials and their history: ${((heap() - before) / 1e6).toFixed(1)} MB`);
  const present = (await store.list(kind)).items;
  const write = async (i: number, ...types: string[]): Promise<void> => {
    present[i] = await store.updateStatus(kind, { ...present[i]!, status: trialStatus(...types) });
  };
  await measure("updateStatus, one by one", objects, async () => {
    for (let i = 0; i < objects; i++) await write(i, "Created", "Running");
  });
  await measure(`updateStatus, ${WRITERS} writers`, objects, () => byWriters((i) => write(i, "Created", "Succeeded")));
  await measure(`create, ${WRITERS} writers`, objects, () => byWriters((i) => store.create(kind, trial(objects + i))));
  await measure(`delete, ${WRITERS} writers`, objects, () =>
    byWriters((i) => store.delete(kind, { namespace: "kubeflow", name: trial(objects + i).metadata.name })),
  );
  await measure("list all, copies", objects, () => store.list(kind));
  await measure("list all, shared", objects, () => store.list(kind, { shared: true }));
  await measure("list by label, shared", objects, () =>
    store.list(kind, { shared: true, labelSelector: "katib.kubeflow.org/experiment=random" }),
  );
  for (const shared of [true, false]) {
    const resourceVersion = await store.currentResourceVersion();
    const watches = Array.from({ length: WATCHERS }, () => store.watch(kind, { shared, resourceVersion }));
    const read = watches.map(async (watch) => {
      let left = 200;
      for await (const _ of watch) if (--left === 0) return;
    });
    await measure(`200 changes to ${WATCHERS} watchers, ${shared ? "shared" : "copies"}`, 200 * WATCHERS, async () => {
      for (let i = 0; i < 200; i++) await write(i, "Running", String(shared));
      await Promise.all(read);
    });
  }
}

console.log("memory");
const memory = new MemoryStore();
await bench(memory);
await memory.close();

console.log("SQLite");
const directory = mkdtempSync(join(tmpdir(), "qalam-bench-"));
const opened = await openDataDirectory(directory);
await bench(opened.resources);
await opened.close();
console.log(
  `  file ${(statSync(join(directory, "qalam.db")).size / 1e6).toFixed(0)} MB, process ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`,
);
await measure("open again", objects, async () => (await openDataDirectory(directory)).close());
rmSync(directory, { recursive: true });
