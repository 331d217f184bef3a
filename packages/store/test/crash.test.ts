import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { CONFIG_MAP } from "@qalam/api";
import { openDataDirectory, readLockHolder } from "@qalam/store/sqlite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Database } from "../src/sqlite/driver.ts";
import { temporaryDirectory } from "./stores.ts";

const ROUNDS = 8;
const script = new URL("./write-forever.ts", import.meta.url).pathname;
const tsx = createRequire(import.meta.url).resolve("tsx");

let directory: ReturnType<typeof temporaryDirectory>;
beforeAll(() => {
  directory = temporaryDirectory();
});
afterAll(() => directory.remove());

/** What the writers were told, over all rounds. */
class Acknowledged {
  readonly objects = new Map<string, { state: string; version: number }>();
  readonly rows = new Map<string, number>();

  take(line: string): void {
    const [what = "", name = "", number = ""] = line.split(" ");
    if (what === "row") this.rows.set(name, Number(number));
    else this.objects.set(name, { state: what, version: Number(number) });
  }
}

/** Lets a child write and kills it without warning after so many acknowledgements. */
async function writeAndKill(round: number, acknowledged: Acknowledged, after: number): Promise<void> {
  const file = join(directory.path, "acknowledged");
  writeFileSync(file, "");
  const args = ["--conditions=source", "--import", tsx, script, directory.path, String(round), file];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let dots = 0;
  child.stdout.on("data", (data: Buffer) => {
    dots += data.length;
    if (dots >= after) child.kill("SIGKILL");
  });
  const [, signal] = await once(child, "exit");
  expect(signal).toBe("SIGKILL");
  for (const line of readFileSync(file, "utf8").split("\n")) if (line !== "") acknowledged.take(line);
}

/** What long trials are thinned from came in the same transactions as the rows. */
function expectWholeStretches(): void {
  const database = new Database(join(directory.path, "qalam.db"));
  const of = (sql: string) => Number(database.prepare(sql).get()?.rows ?? 0);
  expect(of("select sum(rows) as rows from stretches")).toBe(of("select sum(rows) as rows from trials"));
  database.close();
}

async function expectNothingLost(acknowledged: Acknowledged): Promise<void> {
  expectWholeStretches();
  const opened = await openDataDirectory(directory.path);
  const { items } = await opened.resources.list(CONFIG_MAP);
  const stored = new Map(items.map((item) => [item.metadata.name, item]));
  let newest = 0;
  for (const [name, { state, version }] of acknowledged.objects) {
    newest = Math.max(newest, version);
    const object = stored.get(name);
    if (state === "deleted") expect(object, name).toBeUndefined();
    else if (state !== "deleting")
      expect(Number(object?.metadata.resourceVersion), name).toBeGreaterThanOrEqual(version);
    if (state === "updated") expect(object?.data, name).toEqual({ state: "updated" });
  }
  expect(Number(await opened.resources.currentResourceVersion())).toBeGreaterThanOrEqual(newest);
  const rows = await opened.observations.query("trial");
  for (const [round, last] of acknowledged.rows) {
    const own = rows.filter(({ source }) => source === `round ${round}`).map(({ sequence }) => sequence);
    expect(own).toEqual(Array.from({ length: own.length }, (_, i) => i));
    expect(own.length).toBeGreaterThan(last);
  }
  const [summary] = await opened.observations.summarize("trial");
  if (rows.length > 0) expect(summary).toMatchObject({ min: "0", latest: rows.at(-1)!.value });
  await opened.close();
}

it("keeps every acknowledged write when the process is killed in the middle of writing", async () => {
  const acknowledged = new Acknowledged();
  for (let round = 0; round < ROUNDS; round++) {
    await writeAndKill(round, acknowledged, 50 + 200 * round);
    expect(readLockHolder(directory.path)).toBeUndefined();
    await expectNothingLost(acknowledged);
  }
  expect(acknowledged.objects.size).toBeGreaterThan(ROUNDS);
}, 600_000);
