import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeManifest } from "./manifest.ts";
import { collect, qalam, startQalam, temporaryFolder, untilOutput } from "./qalam-command.ts";

const TRIALS = 60;
const KILLS = 20;
/** Printed when the test fails, so that it can be run again. */
const seed = Number(process.env.QALAM_TEST_SEED ?? 20_261_124);

/** A small generator, so that the moments of the kills depend on the seed alone. */
function randomNumbers(start: number): () => number {
  let state = start;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("a server that is killed", () => {
  it(`at ${KILLS} random moments of a run of ${TRIALS} trials ends with exactly ${TRIALS}, each run once, with its observation (seed ${seed})`, async () => {
    const home = temporaryFolder();
    const random = randomNumbers(seed);
    const script = 'echo "$KATIB_TRIAL_NAME" >> runs; echo loss=$X; sleep 0.3; echo end=1';
    const file = writeManifest(home, { max: TRIALS, parallel: 4, script });
    for (let i = 0; i < KILLS; i++) {
      const child = startQalam(["run", file], { home });
      const output = collect(child);
      // From the start of the process to well into the run: every phase is hit.
      await untilOutput(
        child,
        random() < 0.3 ? /default\/test/ : new RegExp(`(started[\\s\\S]*){${1 + Math.floor(random() * 4)}}`),
      ).catch(() => {});
      child.kill("SIGKILL");
      await output;
    }
    const last = await qalam(["run", file], { home });
    expect(last.stderr + last.stdout).toContain("succeeded");
    expect(last.status).toBe(0);
    const { stdout } = await qalam(["export", "test", "--format", "json"], { home });
    const trials = JSON.parse(stdout) as { trial: string; state: string; x: string; loss: string }[];
    expect(trials).toHaveLength(TRIALS);
    expect(trials.filter(({ state, x, loss }) => state !== "succeeded" || x !== loss)).toEqual([]);
    const runs = readFileSync(join(home, "runs"), "utf8").trim().split("\n");
    expect([...runs].sort()).toEqual(trials.map(({ trial }) => trial).sort());
  });

  it("leaves a second server in no doubt who holds the data directory", async () => {
    const home = temporaryFolder();
    const server = startQalam(["up", "--port", "0"], { home });
    const output = collect(server);
    await untilOutput(server, /Serving/);
    const second = await qalam(["up", "--port", "0"], { home });
    expect(second.status).toBe(1);
    expect(second.stderr).toContain(`process ${server.pid}`);
    server.kill("SIGTERM");
    expect((await output).status).toBe(0);
  });

  it("says which port is taken", async () => {
    const [first, other] = [temporaryFolder(), temporaryFolder()];
    const server = startQalam(["up", "--port", "0"], { home: first });
    const output = collect(server);
    const port = /127\.0\.0\.1:(\d+)/.exec(await untilOutput(server, /Serving .*\n/))?.[1] ?? "";
    const second = await qalam(["up", "--port", port], { home: other });
    expect(second.status).toBe(1);
    expect(second.stderr).toContain(`port ${port} of 127.0.0.1 is taken`);
    server.kill("SIGTERM");
    await output;
  });
});
