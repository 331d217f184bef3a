/**
 * The API server of `qalam up` with 10,000 trials, measured from another process. Usage: npm run bench:server [-- idle watches lists
 * throughput] (Linux; needs `npm run build`)
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuSeconds, residentMegabytes } from "../process-usage.ts";
import { trial } from "../trial-objects.ts";
import { AS_TABLE, openWatch, patch, read } from "./requests.ts";
import { fillDirectory, type Subject, startCrowd, startPlain, startQalam } from "./subjects.ts";

const TRIALS = 10_000;
const WATCHES = 1000;
const WRITES = 300;
const IDLE_S = 10;
const trials = "/apis/kubeflow.org/v1beta1/namespaces/kubeflow/trials";

function row(...cells: (string | number)[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}

function quantile(values: readonly number[], share: number): number {
  return (
    [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN
  );
}

/** Milliseconds that each of several calls takes. */
async function times(count: number, call: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await call();
    taken.push(performance.now() - started);
  }
  return taken;
}

/** Where a watch begins that is told of nothing that was before. */
async function watchPath(server: Subject): Promise<string> {
  const { metadata } = JSON.parse((await read(server, `${trials}?limit=1`)).toString());
  return `${trials}?watch=true&allowWatchBookmarks=true&resourceVersion=${metadata.resourceVersion}`;
}

/** Milliseconds from sending a patch to reading its event on another connection. */
async function watchLatency(server: Subject, body: (n: number) => string): Promise<number[]> {
  const { nextLine, end } = await openWatch(server, await watchPath(server));
  let n = 0;
  const taken = await times(WRITES, async () => {
    const line = nextLine();
    const write = patch(server, `${trials}/${trial(0).metadata.name}`, body(n++));
    await line;
    await write;
  });
  end();
  return taken;
}

/** One line of the table: what a write costs that `crowd` watches and the one that is timed are told of. */
async function fanOut(what: string, server: Subject, crowd: number, body: (n: number) => string): Promise<void> {
  const before = residentMegabytes(server.pid);
  const endCrowd = crowd === 0 ? undefined : await startCrowd({ server, path: await watchPath(server), count: crowd });
  const opened = residentMegabytes(server.pid) - before;
  const started = cpuSeconds(server.pid);
  const latency = await watchLatency(server, body);
  const cpu = (1000 * (cpuSeconds(server.pid) - started)) / WRITES;
  const [median, slowest] = [quantile(latency, 0.5).toFixed(1), quantile(latency, 0.99).toFixed(1)];
  row(what, crowd + 1, median, slowest, cpu.toFixed(1), opened.toFixed(1), residentMegabytes(server.pid).toFixed(0));
  if (crowd > 0 && server.token !== "") await idle(server, `with ${crowd} watches`);
  await endCrowd?.();
}

async function watches(server: Subject): Promise<void> {
  const event = `${(await read(server, `${trials}/${trial(0).metadata.name}`)).toString()}\n`;
  const plain = await startPlain({ bodies: { [`${trials}?limit=1`]: '{"metadata":{}}' } });
  const annotate = (n: number) => JSON.stringify({ metadata: { annotations: { n: String(n) } } });
  console.log(
    "\n| server | watches | write to event, ms, median | 99 % | server's CPU for one write, ms | MB for opening them | MB |\n| --- | --- | --- | --- | --- | --- | --- |",
  );
  for (const crowd of [0, WATCHES]) {
    await fanOut("plain node:http", plain, crowd, () => event);
    await fanOut("qalam", server, crowd, annotate);
  }
  await plain.stop();
}

async function idle(server: Subject, what: string): Promise<void> {
  await sleep(2000);
  const before = cpuSeconds(server.pid);
  await sleep(IDLE_S * 1000);
  const used = cpuSeconds(server.pid) - before;
  console.log(`\nIdle ${what}: ${(used * 1000).toFixed(0)} ms of CPU in ${IDLE_S} s`);
}

/** Reads page after page, as kubectl does. */
async function readPages(server: Subject, accept: string): Promise<void> {
  let next = "";
  do {
    const page = (await read(server, `${trials}?limit=500&continue=${next}`, accept)).toString();
    next = /"continue":"([^"]*)"/.exec(page.slice(0, 1000))?.[1] ?? "";
  } while (next !== "");
}

async function lists(server: Subject): Promise<void> {
  console.log(`\n| list of ${TRIALS} trials | first, ms | median of 9, ms | MB |\n| --- | --- | --- | --- |`);
  for (const [what, accept] of [
    ["table", AS_TABLE],
    ["objects", "application/json"],
  ] as const) {
    const size = ((await read(server, trials, accept)).length / 1e6).toFixed(1);
    const whole = await times(9, () => read(server, trials, accept));
    row(`${what}, whole`, whole[0]?.toFixed(0) ?? "", quantile(whole, 0.5).toFixed(0), size);
    const pages = await times(9, () => readPages(server, accept));
    row(`${what}, pages of 500`, pages[0]?.toFixed(0) ?? "", quantile(pages, 0.5).toFixed(0), size);
  }
}

interface Load {
  readonly perSecond: number;
  /** Of the server's CPU, milliseconds. */
  readonly cpuEach: number;
}

async function load(server: Subject, path: string, accept: string, requests: number): Promise<Load> {
  const [started, before] = [performance.now(), cpuSeconds(server.pid)];
  let left = requests;
  const reader = async () => {
    while (left-- > 0) await read(server, path, accept);
  };
  await Promise.all(Array.from({ length: 16 }, reader));
  const cpuEach = (1000 * (cpuSeconds(server.pid) - before)) / requests;
  return { perSecond: (1000 * requests) / (performance.now() - started), cpuEach };
}

/** Both servers in turn, so that what else the machine does falls on both. */
async function throughput(server: Subject): Promise<void> {
  const cases = [
    ["GET of a trial", `${trials}/${trial(5).metadata.name}`, "application/json", 1500],
    ["list of 100", `${trials}?limit=100`, "application/json", 200],
    ["list of 100 as table", `${trials}?limit=100&table`, AS_TABLE, 200],
    ["list of 10,000 as table", `${trials}?table`, AS_TABLE, 4],
  ] as const;
  const bodies: Record<string, string> = {};
  for (const [, path, accept] of cases) bodies[path] = (await read(server, path, accept)).toString();
  const plain = await startPlain({ bodies });
  console.log(
    "\n| request | KB | qalam, /s | plain node:http, /s | ratio | CPU each, ms: qalam | plain |\n| --- | --- | --- | --- | --- | --- | --- |",
  );
  for (const [what, path, accept, requests] of cases) {
    const [ours, theirs]: [Load[], Load[]] = [[], []];
    for (let round = 0; round < 6; round++) {
      const [mine, other] = [await load(server, path, accept, requests), await load(plain, path, accept, requests)];
      if (round > 0) ours.push(mine); // the first round warms up
      if (round > 0) theirs.push(other);
    }
    const rate = (loads: Load[]) =>
      quantile(
        loads.map(({ perSecond }) => perSecond),
        0.5,
      );
    const cpu = (loads: Load[]) =>
      quantile(
        loads.map(({ cpuEach }) => cpuEach),
        0.5,
      ).toFixed(3);
    const kilobytes = (Buffer.byteLength(bodies[path] ?? "") / 1000).toFixed(1);
    const ratio = (rate(ours) / rate(theirs)).toFixed(2);
    row(what, kilobytes, rate(ours).toFixed(0), rate(theirs).toFixed(0), ratio, cpu(ours), cpu(theirs));
  }
  await plain.stop();
}

const sections = { idle: (server: Subject) => idle(server, "just started"), watches, lists, throughput };
const asked = process.argv.slice(2);
const home = mkdtempSync(join(tmpdir(), "qalam-bench-"));
await fillDirectory(home, TRIALS);
const server = await startQalam(home);
for (const [name, measure] of Object.entries(sections))
  if (asked.length === 0 || asked.includes(name)) await measure(server);
console.log(`\nServer at the end: ${residentMegabytes(server.pid).toFixed(0)} MB`);
await server.stop();
rmSync(home, { recursive: true });
