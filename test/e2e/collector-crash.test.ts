import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeManifest } from "./manifest.ts";
import { collect, qalam, root, startQalam, temporaryFolder, untilOutput } from "./qalam-command.ts";
import { untilFile } from "./until-file.ts";

const log = "/var/log/katib/metrics.log";
const events = "/var/log/katib/tfevent";
const eventFile = join(root, "packages/collectors/test/event-files/torch/events.out.tfevents.1700000000.host");

const source = (kind: string, fileSystemPath?: object) => ({
  metricsCollectorSpec: { collector: { kind }, ...(fileSystemPath !== undefined && { source: { fileSystemPath } }) },
});

/** Shell commands that append these texts, one piece each. */
const appending = (pieces: readonly string[]) => pieces.map((text) => `printf '${text}' >> ${log}`);

/** An event file in pieces that end anywhere. */
const eventPieces = [0, 137, 500, 613, 1099].slice(0, -1).map((from, i, all) => {
  const to = all[i + 1] ?? 1099;
  return `tail -c +${from + 1} ${eventFile} | head -c ${to - from} >> ${events}/x.tfevents.1`;
});

/** Shows the value in a file, as loss and as step, until it says so. */
const EXPORTER = `
import { readFileSync, watch } from "node:fs";
import { createServer } from "node:http";
const value = () => readFileSync(process.argv[2] + "/value", "utf8");
createServer((_, response) => response.end("epoch " + value() + "\\nloss " + value() + "\\n")).listen(
  Number(process.env.QALAM_METRICS_PORT),
);
watch(process.argv[2], () => value() === "end" && process.exit(0));
`;

const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i + 1));

async function untilStored(home: string, trial: string, value: string): Promise<void> {
  const follower = startQalam(["metrics", trial, "-f"], { home });
  const output = collect(follower);
  await untilOutput(follower, new RegExp(`loss=${value}\\b`));
  follower.kill("SIGKILL");
  await output;
}

/**
 * Runs one trial whose training does one thing after another. The server is killed after each, and every second one is done while no server runs.
 * @param seen values that must be stored before the kill, by step; else it is killed at once
 * @returns the rows stored in the end
 */
async function runWithKills(commands: readonly string[], seen: readonly string[], spec: Record<string, unknown>) {
  const home = temporaryFolder();
  const steps = commands.map(
    (command, i) => `until [ -e ${home}/go${i} ]; do sleep 0.02; done; ${command}; : > ${home}/done${i}`,
  );
  const file = writeManifest(home, { max: 1, parallel: 1, script: `${steps.join("\n")}\n: > ${home}/over`, spec });
  let server = startQalam(["run", file], { home });
  let output = collect(server);
  let text = await untilOutput(server, /trial test-\w+ started/);
  const trial = /trial (test-\w+) started/.exec(text)?.[1] ?? "";
  for (let i = 0; i < commands.length; i++) {
    const isWatched = i % 2 === 0;
    if (!isWatched) {
      server.kill("SIGKILL");
      await output;
    }
    writeFileSync(join(home, `go${i}`), "");
    await untilFile(home, `done${i}`);
    if (isWatched && seen[i] !== undefined) await untilStored(home, trial, seen[i] as string);
    if (isWatched) continue;
    server = startQalam(["run", file], { home });
    output = collect(server);
    text = await untilOutput(server, /default\/test/);
  }
  await untilFile(home, "over");
  await output;
  const { stdout } = await qalam(["metrics", trial, "-o", "json"], { home });
  const rows = JSON.parse(stdout) as { metric: string; value: string; step?: number }[];
  const { stdout: trials } = await qalam(["get", "trials"], { home });
  expect(trials).toMatch(/Succeeded/);
  return rows.map(({ value, step }) => [value, step]);
}

describe("a server that is killed in mid-trial, and started again", () => {
  it.each([
    {
      what: "a file of lines",
      commands: appending([
        "epoch=1\\nloss=1\\nlo",
        "ss=2\\nepoch=2 loss=3",
        "\\nloss=4\\n",
        "loss=5\\nloss=6\\n",
        "loss=7",
      ]),
      spec: source("File", { path: log, kind: "File" }),
      seen: [],
      want: numbers(7).map((value, i) => [value, i < 2 ? 1 : 2]),
    },
    {
      what: "a file that is rotated",
      commands: [
        ...appending(["epoch=1 loss=1\\n"]),
        `printf 'loss=2\\n' >> ${log}; mv ${log} ${log}.1; printf 'loss=3\\n' > ${log}`,
        ...appending(["loss=4\\n"]),
        `printf 'loss=5\\n' >> ${log}; mv ${log} ${log}.2; printf 'epoch=6 loss=6\\n' > ${log}`,
        ...appending(["loss=7\\n"]),
      ],
      spec: source("File", { path: log, kind: "File" }),
      // A file that no server ever saw at its place is not found again after its rotation.
      seen: ["1", "", "4"],
      want: numbers(7).map((value, i) => [value, i < 5 ? 1 : 6]),
    },
    {
      what: "a file of JSON lines",
      commands: appending([
        '{"loss":1,"step":1}\\n{"lo',
        'ss":2,"step":2}\\n',
        '{"loss":3,"step":3',
        "}\\n",
        '{"loss":4,"step":4}',
      ]),
      spec: source("File", { path: log, kind: "File", format: "JSON" }),
      seen: [],
      want: numbers(4).map((value, i) => [value, i + 1]),
    },
    {
      what: "event files",
      commands: eventPieces,
      spec: source("TensorFlowEvent", { path: events, kind: "Directory" }),
      seen: [],
      want: ["0.9", "0.5", "0.25", "NaN", "Infinity"].map((value, i) => [value, i]),
    },
  ])("loses and doubles no row of $what", async ({ commands, seen, spec, want }) => {
    expect(await runWithKills(commands, seen, spec)).toEqual(want);
  });

  it("takes no value of an exporter twice, and goes on with the next", async () => {
    const home = temporaryFolder();
    const exporter = join(home, "exporter.mjs");
    writeFileSync(exporter, EXPORTER);
    const collector = {
      collector: { kind: "PrometheusMetric" },
      source: { httpGet: { port: 8080, path: "/metrics" } },
    };
    const file = writeManifest(home, {
      max: 1,
      parallel: 1,
      command: [process.execPath, exporter, home],
      spec: { metricsCollectorSpec: collector },
    });
    writeFileSync(join(home, "value"), "1");
    let trial = "";
    for (const value of ["1", "2", "3"]) {
      const server = startQalam(["run", file], { home });
      const output = collect(server);
      const text = await untilOutput(server, trial === "" ? /trial test-\w+ started/ : /default\/test/);
      trial ||= /trial (test-\w+) started/.exec(text)?.[1] ?? "";
      writeFileSync(join(home, "value"), value);
      await untilStored(home, trial, value);
      server.kill("SIGKILL");
      await output;
    }
    const last = startQalam(["run", file], { home });
    const over = collect(last);
    await untilOutput(last, /default\/test/);
    writeFileSync(join(home, "value"), "4");
    await untilStored(home, trial, "4");
    writeFileSync(join(home, "value"), "end");
    expect((await over).status).toBe(0);
    const { stdout } = await qalam(["metrics", trial, "-o", "json"], { home });
    const rows = JSON.parse(stdout) as { value: string; step?: number }[];
    expect(rows.map(({ value, step }) => [value, step])).toEqual(
      ["1", "2", "3", "4"].map((value) => [value, Number(value)]),
    );
  });
});
