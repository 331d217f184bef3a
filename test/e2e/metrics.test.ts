import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeManifest } from "./manifest.ts";
import { collect, qalam, root, startQalam, temporaryFolder, untilOutput } from "./qalam-command.ts";

const eventFile = join(root, "packages/collectors/test/event-files/torch/events.out.tfevents.1700000000.host");

describe("qalam test-collector", () => {
  it("shows what would be collected from a log", async () => {
    const home = temporaryFolder();
    const log = join(home, "train.log");
    writeFileSync(log, "epoch=1\nloss=0.5\n2024-01-01T00:00:00Z loss=0.25 step=7\nepoch=2 loss=nan");
    const { status, stdout } = await qalam(["test-collector", log, "-f", writeManifest(home)], { home });
    expect(stdout.split("\n").map((line) => line.split(/\s{2,}/))).toEqual([
      ["METRIC", "VALUE", "STEP", "TIME", "POSITION"],
      ["loss", "0.5", "1", "(arrival)", "13"],
      ["loss", "0.25", "7", "2024-01-01T00:00:00Z", "43"],
      ["loss", "nan", "2", "(arrival)", "68"],
      [""],
      ["METRIC", "VALUES", "LATEST", "MIN", "MAX"],
      ["loss", "3", "nan", "0.25", "0.5"],
      [""],
    ]);
    expect(status).toBe(0);
  });

  it("says why there is nothing, and ends with status 1", async () => {
    const home = temporaryFolder();
    const log = join(home, "train.log");
    writeFileSync(log, "Loss=0.5\n");
    const { status, stderr } = await qalam(["test-collector", log, "-f", writeManifest(home)], { home });
    expect(stderr).toBe(
      'metric "loss" was not found: looked for lines like loss=0.95 in the training\'s output; read 1 line (9 bytes); closest line: "Loss=0.5"; saw Loss=0.5; the objective is loss: print loss=0.5, or change objectiveMetricName or the filter\n',
    );
    expect(status).toBe(1);
  });

  it("says what is wrong with a value that is no number", async () => {
    const home = temporaryFolder();
    const log = join(home, "train.log");
    writeFileSync(log, "loss=1,5\n");
    const { status, stderr } = await qalam(["test-collector", log, "-f", writeManifest(home)], { home });
    expect(stderr).toBe(
      'the value of "loss" is "1,5", which is no number: write numbers with a point and nothing between digits, loss=1.5\n',
    );
    expect(status).toBe(1);
  });

  it("reads event files, exporters' answers and JSON lines as the experiment says", async () => {
    const home = temporaryFolder();
    const collect = async (name: string, file: string, metricsCollectorSpec: object) => {
      const manifest = writeManifest(home, { name, spec: { metricsCollectorSpec } });
      const { stdout } = await qalam(["test-collector", file, "-f", manifest, "-o", "json"], { home });
      return (JSON.parse(stdout) as { rows: { value: string; step?: number }[] }).rows.map(({ value }) => value);
    };
    const events = { collector: { kind: "TensorFlowEvent" } };
    expect(await collect("events", eventFile, events)).toEqual(["0.9", "0.5", "0.25", "NaN", "Infinity"]);
    expect(await collect("events", join(eventFile, ".."), events)).toHaveLength(5);
    const answer = join(home, "answer");
    writeFileSync(answer, "loss 0.125 1700000000.5\n# EOF\n");
    expect(await collect("prometheus", answer, { collector: { kind: "PrometheusMetric" } })).toEqual(["0.125"]);
    const lines = join(home, "lines");
    writeFileSync(lines, '{"loss": 0.75}\n');
    const json = { collector: { kind: "File" }, source: { fileSystemPath: { format: "JSON" } } };
    expect(await collect("json", lines, json)).toEqual(["0.75"]);
  });

  it("refuses what it cannot read", async () => {
    const home = temporaryFolder();
    const manifest = writeManifest(home);
    const push = writeManifest(home, { name: "push", spec: { metricsCollectorSpec: { collector: { kind: "Push" } } } });
    const of = async (...args: string[]) => (await qalam(["test-collector", ...args], { home })).stderr;
    expect(await of("nowhere", "-f", manifest)).toContain("cannot read nowhere: no such file");
    expect(await of(home, "-f", manifest)).toContain("is a folder: name the file that the training wrote");
    expect(await of(manifest, "-f", push)).toContain("a Push collector reads no file");
    expect(readFileSync(manifest, "utf8")).toContain("kind: Experiment");
  });
});

describe("qalam metrics", () => {
  const finished = async (script: string) => {
    const home = temporaryFolder();
    const spec = { objective: { type: "minimize", objectiveMetricName: "loss", additionalMetricNames: ["acc/top 1"] } };
    expect((await qalam(["run", writeManifest(home, { max: 1, parallel: 1, script, spec })], { home })).status).toBe(0);
    const trial = (await qalam(["get", "trials", "-o", "name"], { home })).stdout.trim().replace(/.*\//, "");
    return { home, trial, of: (...flags: string[]) => qalam(["metrics", trial, ...flags], { home }) };
  };

  it("plots each metric and gives its rows, thinned with the extremes kept", async () => {
    const { home, trial, of } = await finished(
      "for i in $(seq 1 200); do echo epoch=$i loss=0.$i; done; echo loss=-5; echo loss=nan; echo acc/top 1=0.5",
    );
    const { stdout } = await of();
    expect(stdout).toMatch(/^loss {2}latest nan \(step 200, /);
    expect(stdout).toMatch(/\n *0\.99 ┤.*[\u2801-\u28ff]/);
    expect(stdout).toMatch(/\n *-5 ┤/);
    expect(stdout).toMatch(/\n +1 +200\n/);
    expect(stdout).toContain("acc/top 1  latest 0.5");
    const csv = (await of("-o", "csv", "-m", "loss", "--points", "10")).stdout.trim().split("\n");
    expect(csv[0]).toBe("time,step,metric,value");
    expect(csv.length).toBeLessThan(16);
    expect(csv.some((line) => line.endsWith(",loss,-5"))).toBe(true);
    expect(csv.some((line) => line.endsWith(",loss,0.99"))).toBe(true);
    expect(JSON.parse((await of("-o", "json")).stdout)).toHaveLength(203);
    expect(JSON.parse((await of("-o", "json", "--points", "10")).stdout).length).toBeLessThan(16);
    const all = (await of("-o", "csv")).stdout.trim().split("\n");
    expect(all).toHaveLength(204);
    expect(all.at(-1)).toMatch(/^[^,]+,200,acc\/top 1,0\.5$/);
    expect((await of("-o", "table", "-m", "acc/top 1")).stdout).toMatch(/STEP .*\n.* 200 +acc\/top 1 +0\.5\n$/);
    const series = (...flags: string[]) => qalam(["export", "test", "--series", ...flags], { home });
    const lines = (await series()).stdout.trim().split("\n");
    expect(lines).toEqual(["trial,time,step,metric,value", ...all.slice(1).map((line) => `${trial},${line}`)]);
    const records = JSON.parse((await series("--format", "json")).stdout);
    expect(records).toHaveLength(203);
    expect(records[0]).toMatchObject({ trial, metric: "loss", value: "0.1", step: 1 });
    expect((await of("-m", "nothing")).stderr).toContain('has no metric "nothing"; it has loss, acc/top 1');
    expect((await of("--points", "x")).status).toBe(2);
  });

  it("gives a trial of 250,000 values whole, to a reader that stops early, and thinned with first, last and extremes", async () => {
    const count = 250_000;
    const awk = `BEGIN { for (i = 1; i <= ${count}; i++) printf "epoch=%d loss=%s\\n", i, i == 777 ? "-5" : i == 123456 ? "99" : i % 10 }`;
    const { home, trial, of } = await finished(`awk '${awk}'`);
    const thinned = JSON.parse((await of("-o", "json", "--points", "50")).stdout) as { value: string; step: number }[];
    expect(thinned.length).toBeLessThan(60);
    expect(thinned[0]?.step).toBe(1);
    expect(thinned.at(-1)?.step).toBe(count);
    expect(thinned.filter(({ value }) => value === "-5" || value === "99").map(({ step }) => step)).toEqual([
      777, 123_456,
    ]);
    expect((await of()).stdout).toContain(`loss  latest 0 (step ${count}, `);
    const steps = (await of("-o", "csv")).stdout
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => Number(line.split(",")[1]));
    expect(steps).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    const reader = startQalam(["export", "test", "--series"], { home });
    expect(await untilOutput(reader, new RegExp(`\n${trial},`))).toMatch(/^trial,time,step,metric,value\n/);
    reader.stdout?.destroy();
    await once(reader, "exit");
  });

  it("follows a trial that runs, to its end", async () => {
    const home = temporaryFolder();
    const script = `echo loss=1; until [ -e ${home}/go ]; do sleep 0.02; done; echo loss=2`;
    const run = startQalam(["run", writeManifest(home, { max: 1, parallel: 1, script })], { home });
    const over = collect(run);
    const trial = /trial (test-\w+) started/.exec(await untilOutput(run, /trial test-\w+ started/))?.[1] ?? "";
    const follow = startQalam(["metrics", trial, "-f"], { home });
    const output = collect(follow);
    await untilOutput(follow, /loss=1/);
    writeFileSync(join(home, "go"), "");
    const { stdout, status } = await output;
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.replace(/^\S+ /, "")),
    ).toEqual(["loss=1", "loss=2"]);
    expect(status).toBe(0);
    expect((await over).status).toBe(0);
    const asked = (...args: string[]) => qalam(["metrics", trial, ...args], { home });
    expect(await asked("-f", "-m", "nope")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`trial ${trial} has no metric "nope"; it has loss`) as string,
    });
    expect(await asked("--start", "yesterday")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--start: "yesterday" is no time, expected RFC 3339') as string,
    });
  });
});
