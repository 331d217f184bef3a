import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JOB, type Trial } from "@qalam/api";
import { systemClock } from "@qalam/runtime";
import type { ObservationRow } from "@qalam/store";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Runner, startRunner } from "../src/index.ts";
import { createTrial, type Home, jobHas, startHome, until } from "./runner-fixture.ts";

/** Gates in a training's script: it waits until the test opens them. */
class Gates {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "qalam-gates-")));
  readonly #home: Home;

  constructor(home: Home) {
    this.#home = home;
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Shell command that waits at a gate. */
  at(name: string): string {
    return `until [ -e ${this.folder}/${name} ]; do sleep 0.02; done`;
  }

  open(name: string): void {
    writeFileSync(join(this.folder, name), "");
  }

  /** Resolves when the script has made a file among the gates. */
  async reached(name: string): Promise<void> {
    const watcher = watch(this.folder);
    while (!existsSync(join(this.folder, name))) await once(watcher, "change");
    watcher.close();
  }

  /** Waits for the end of a trial's script. @returns all rows */
  async end(trial: Trial): Promise<ObservationRow[]> {
    const { name, uid = "" } = trial.metadata;
    await until(this.#home.store, JOB, name, (job) => jobHas("Complete")(job) || jobHas("Failed")(job));
    return this.#home.observations.query(uid);
  }
}

/** Resolves when a metric has the value. */
function untilValue({ observations }: Home, { metadata: { uid = "" } }: Trial, value: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (rows: readonly ObservationRow[]) => {
      if (!rows.some((row) => row.value === value)) return;
      end();
      resolve();
    };
    const end = observations.subscribe((trialUid, rows) => {
      if (trialUid === uid) look(rows);
    });
    observations.query(uid).then(look, reject);
  });
}

/** Another server takes over; the first one was not asked to stop anything. */
async function restart(home: Home): Promise<() => Promise<Runner>> {
  await home.runner.close(false);
  return async () => {
    const { store, observations, folder, errors } = home;
    const onError = (_where: string, error: Error) => void errors.push(error);
    const runner = await startRunner({ store, observations, dataDirectory: folder, onError });
    onTestFinished(() => runner.close(true));
    return runner;
  };
}

const log = "/var/log/katib/metrics.log";
const file = (format = "TEXT") => ({
  metricsCollector: {
    collector: { kind: "File" },
    source: { fileSystemPath: { kind: "File", path: log, format } },
  } as Trial["spec"]["metricsCollector"] & object,
});
const values = (rows: readonly ObservationRow[]) => rows.map(({ value }) => value);

describe("a metrics file", () => {
  it("may appear late, is read while it grows, and its last line needs no end", async () => {
    const home = await startHome();
    const gates = new Gates(home);
    const script = `${gates.at("a")}; echo loss=1 > ${log}; ${gates.at("b")}; echo loss=2 >> ${log}; ${gates.at("c")}; printf loss=3 >> ${log}`;
    const trial = await createTrial(home.store, script, { trial: file() });
    gates.open("a");
    await untilValue(home, trial, "1");
    gates.open("b");
    await untilValue(home, trial, "2");
    gates.open("c");
    expect(values(await gates.end(trial))).toEqual(["1", "2", "3"]);
    expect(home.errors).toEqual([]);
  });

  it("that never appears is named in the explanation", async () => {
    const home = await startHome();
    const trial = await createTrial(home.store, "echo loss=1", { trial: file() });
    await new Gates(home).end(trial);
    expect(await home.runner.explainMissingMetric(trial)).toBe(
      `metric "loss" was not found: looked for lines like loss=0.95 in the file ${log}; the file never appeared`,
    );
  });

  it("loses and doubles nothing when it is rotated and truncated, even to the same beginning", async () => {
    const home = await startHome();
    const gates = new Gates(home);
    const script = [
      `printf 'loss=1\\nloss=2' > ${log}`,
      gates.at("a"),
      `echo 0 >> ${log}; mv ${log} ${log}.1; echo loss=21 >> ${log}.1; printf 'loss=1\\nloss=3\\n' > ${log}`,
      gates.at("b"),
      `: > ${log}; ${gates.at("c")}; printf 'loss=1\\nloss=4\\n' >> ${log}`,
      gates.at("d"),
      `printf 'loss=5\\nloss=6\\nloss=7\\nloss=8\\n' > ${log}`,
    ].join("; ");
    const trial = await createTrial(home.store, script, { trial: file() });
    await untilValue(home, trial, "1");
    gates.open("a");
    await untilValue(home, trial, "3");
    gates.open("b");
    gates.open("c");
    await untilValue(home, trial, "4");
    gates.open("d");
    const rows = await gates.end(trial);
    expect(values(rows)).toEqual(["1", "20", "21", "1", "3", "1", "4", "5", "6", "7", "8"]);
    expect(home.errors).toEqual([]);
  });

  it("loses and doubles nothing when the server is gone while it grows and is rotated", async () => {
    const home = await startHome();
    const gates = new Gates(home);
    const script = [
      `printf 'loss=1\\nloss=2\\n' > ${log}`,
      gates.at("a"),
      `echo loss=3 >> ${log}; mv ${log} ${log}.1; printf 'loss=1\\nloss=2\\n' > ${log}; touch ${gates.folder}/written`,
      gates.at("b"),
      `echo loss=9 >> ${log}`,
    ].join("; ");
    const trial = await createTrial(home.store, script, { trial: file() });
    await untilValue(home, trial, "2");
    const begin = await restart(home);
    gates.open("a");
    await gates.reached("written");
    await begin();
    gates.open("b");
    expect(values(await gates.end(trial))).toEqual(["1", "2", "3", "1", "2", "9"]);
  });

  it("of JSON lines may hold half-written and foreign lines, and every kind of value", async () => {
    const home = await startHome();
    const lines = [
      '{"loss": 0.5, "epoch": 1}',
      '{"loss": "nan"}',
      '{"loss": ',
      "no json",
      '{"loss": "1,5", "epoch": 2}',
      '{"loss": ""}',
      '{"loss": null}',
      '{"loss": -1e-3, "timestamp": "2026-13-45T00:00:00Z"}',
      '{"loss": "-inf"}',
    ];
    const script = lines.map((line) => `echo '${line}' >> ${log}`).join("; ");
    const trial = await createTrial(home.store, script, { trial: file("JSON") });
    const rows = await new Gates(home).end(trial);
    expect(rows.map(({ value, step }) => [value, step])).toEqual([
      ["0.5", 1],
      ["nan", undefined],
      ["1,5", 2],
      ["-0.001", undefined],
      ["-inf", undefined],
    ]);
    expect(home.errors).toEqual([]);
  });
});

describe("the training's output", () => {
  it("is not held back by Python", async () => {
    const home = await startHome();
    const trial = await createTrial(home.store, "echo loss=$PYTHONUNBUFFERED");
    expect(values(await new Gates(home).end(trial))).toEqual(["1"]);
  });

  it("keeps its order when the clock is set back, and when its own times repeat and run backwards", async () => {
    let shift = 0;
    const clock = { ...systemClock, now: () => new Date(Date.now() - shift) };
    const home = await startHome({ clock });
    const gates = new Gates(home);
    const trial = await createTrial(home.store, `echo loss=1; ${gates.at("a")}; echo loss=2; echo loss=3`);
    await untilValue(home, trial, "1");
    shift = 3_600_000;
    gates.open("a");
    expect(values(await gates.end(trial))).toEqual(["1", "2", "3"]);
    const at = (time: string, loss: number) => `echo 2026-01-01T00:00:${time}Z loss=${loss}`;
    const script = [at("02", 1), at("02", 1), at("01", 2), at("03", 3)].join("; ");
    const other = await createTrial(home.store, script, { name: "other" });
    expect(values(await gates.end(other))).toEqual(["2", "1", "1", "3"]);
  });

  it("that came at exit only is said to be buffered when the objective is missing", async () => {
    const home = await startHome();
    const late = await createTrial(home.store, "sleep 3.2; echo Loss=1");
    const early = await createTrial(home.store, "echo Loss=1; sleep 3.2", { name: "early" });
    await Promise.all([late, early].map((trial) => new Gates(home).end(trial)));
    expect(await home.runner.explainMissingMetric(late)).toMatch(/saw Loss=1; .*all output came at exit; flush it/);
    expect(await home.runner.explainMissingMetric(early)).not.toContain("at exit");
  });
});

describe("a collector of the user's own", () => {
  const path = "/var/log/own";
  const custom = (script: string) => ({
    metricsCollector: {
      collector: {
        kind: "Custom",
        customCollector: { name: "reader", image: "i", command: ["sh", "-c", script] },
      },
      source: { fileSystemPath: { kind: "Directory", path } },
    } as Trial["spec"]["metricsCollector"] & object,
  });

  it("reads what the training writes in a folder they share, and its output counts", async () => {
    const home = await startHome();
    const script = `until [ -e ${path}/done ]; do sleep 0.02; done; sed 's/^/loss=/' ${path}/values; exit 3`;
    const trial = await createTrial(home.store, `printf '1\\n2\\n' > ${path}/values; touch ${path}/done; echo loss=9`, {
      trial: custom(script),
    });
    expect(values(await new Gates(home).end(trial))).toEqual(["1", "2"]);
    expect(jobHas("Complete")((await home.store.get(JOB, { namespace: "default", name: "trial" }))!)).toBe(true);
  });

  it("that never ends is stopped after the grace period, and the trial has succeeded", async () => {
    const home = await startHome();
    const trial = await createTrial(home.store, "true", {
      trial: custom("trap 'echo loss=5; exit 1' TERM; while :; do sleep 0.05; done"),
      pod: { terminationGracePeriodSeconds: 1 },
    });
    expect(values(await new Gates(home).end(trial))).toEqual(["5"]);
    expect(jobHas("Complete")((await home.store.get(JOB, { namespace: "default", name: "trial" }))!)).toBe(true);
  });

  it("that reports nothing is named in the explanation", async () => {
    const home = await startHome();
    const trial = await createTrial(home.store, "echo loss=1", { trial: custom("echo Loss=1") });
    await new Gates(home).end(trial);
    expect(await home.runner.explainMissingMetric(trial)).toContain(
      "in the output of the collector reader, which may also push; read 1 line (7 bytes); closest line",
    );
  });
});

describe("event files", () => {
  const path = "/var/log/katib/tfevent/";
  const fixtures = join(import.meta.dirname, "../../collectors/test/event-files");
  const fixture = (of: string) => join(fixtures, of, "events.out.tfevents.1700000000.host");
  const spec = (objectiveMetricName: string) => ({
    objective: { type: "minimize", objectiveMetricName } as Trial["spec"]["objective"] & object,
    metricsCollector: {
      collector: { kind: "TensorFlowEvent" },
      source: { fileSystemPath: { kind: "Directory", path } },
    } as Trial["spec"]["metricsCollector"] & object,
  });

  it("may appear late, in folders made late and made anew, and are read record by record", async () => {
    const home = await startHome();
    const gates = new Gates(home);
    const source = fixture("tensorflow/validation");
    const size = readFileSync(source).length;
    const target = `${path}run/validation/x.tfevents.1`;
    const script = [
      gates.at("a"),
      `rm -rf ${path}; mkdir -p ${path}run/validation ${path}run/train; cp ${fixture("tensorflow/train")} ${path}run/train/`,
      gates.at("b"),
      `head -c 1100 ${source} > ${target}; ${gates.at("c")}; tail -c ${size - 1100} ${source} >> ${target}`,
      `cp ${source} ${path}run/train/checkpoint`,
    ].join("; ");
    const trial = await createTrial(home.store, script, { trial: spec("validation/epoch_loss") });
    gates.open("a");
    gates.open("b");
    await untilValue(home, trial, "0.25");
    gates.open("c");
    const rows = await gates.end(trial);
    expect(values(rows)).toEqual(["0.9", "0.5", "0.25", "NaN", "Infinity"]);
    expect(rows.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
    expect(home.errors).toEqual([]);
  });

  it("are read on by the next server, nothing lost or doubled", async () => {
    const home = await startHome();
    const gates = new Gates(home);
    const source = fixture("torch");
    const script = `head -c 500 ${source} > ${path}x.tfevents.1; ${gates.at("a")}; tail -c +501 ${source} >> ${path}x.tfevents.1; cp ${source} ${path}y.tfevents.2`;
    const trial = await createTrial(home.store, script, { trial: spec("loss") });
    await untilValue(home, trial, "0.9");
    const begin = await restart(home);
    await begin();
    gates.open("a");
    const rows = await gates.end(trial);
    expect(values(rows)).toEqual(["0.9", "0.9", "0.5", "0.5", "0.25", "0.25", "NaN", "NaN", "Infinity", "Infinity"]);
  });

  it("without the objective name the tags there are", async () => {
    const home = await startHome();
    const trial = await createTrial(home.store, `cp ${fixture("torch")} ${path}x.tfevents.1`, { trial: spec("los") });
    await new Gates(home).end(trial);
    expect(await home.runner.explainMissingMetric(trial)).toMatch(
      /looked for the tag los in event files .* below \/var\/log\/katib\/tfevent\/; read 2\d records \(1099 bytes\); tags there are: .*loss/,
    );
  });
});
