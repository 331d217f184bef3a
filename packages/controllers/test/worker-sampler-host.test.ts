import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  DividedSamplerHost,
  LocalSamplerHost,
  type SamplerHost,
  SettingsError,
  type SuggestionRequest,
  WorkerSamplerHost,
} from "../src/index.ts";
import { experiment, observed, trial } from "./builders.ts";
import { condition, Home } from "./home.ts";

let folder: string;
let file: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "qalam-worker-"));
  file = join(folder, "sampler-worker.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("../src/suggestion/sampler-worker.ts", import.meta.url))],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["source"],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: "silent",
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The questions of an experiment whose trials end one after the other, and the answers. */
async function converse(
  host: SamplerHost,
  steps: number,
  between: (step: number) => void = () => {},
  algorithmName = "random",
  algorithmSettings: { name: string; value: string }[] = [],
) {
  const object = experiment("asked", { maxTrialCount: 50, algorithm: { algorithmName, algorithmSettings } });
  object.metadata.uid = "uid-of-asked";
  const finished: SuggestionRequest["finished"][number][] = [];
  const answers: unknown[] = [];
  let state: string | undefined;
  for (let made = 0; made < steps; ) {
    between(made);
    const reply = await host.ask({
      experiment: object,
      finished,
      pending: [],
      unused: [],
      earlier: () => [],
      made,
      state,
      algorithmSettings: [],
      count: 2,
    });
    state = reply.state;
    answers.push(reply.assignments);
    for (const { id = 0, parameterAssignments = [] } of reply.assignments)
      finished.push({
        ...trial(id, "Succeeded", { status: observed(id / 10) }),
        spec: { parameterAssignments },
      });
    made += reply.assignments.length;
  }
  return answers;
}

describe("a sampler in a worker thread", () => {
  it("gives the answers of one in this process", async () => {
    const host = new WorkerSamplerHost(file);
    expect(await converse(host, 12)).toEqual(await converse(new LocalSamplerHost(), 12));
    await host.close();
  });

  it("gives the same answers when it is forgotten or starts again on the way", async () => {
    const host = new WorkerSamplerHost(file);
    const forgetful = await converse(host, 12, (step) => step % 3 === 0 && host.forget("uid-of-asked"));
    expect(forgetful).toEqual(await converse(new LocalSamplerHost(), 12));
    await host.close();
  });

  it.each([
    { name: "the worker", open: () => new WorkerSamplerHost(file) },
    { name: "this process", open: () => new LocalSamplerHost() },
  ])("in $name answers anew when its answer was not stored", async ({ open }) => {
    const host = open();
    const object = experiment("lost");
    object.metadata.uid = "uid";
    const request = {
      experiment: object,
      finished: [],
      pending: [],
      unused: [],
      earlier: () => [],
      made: 0,
      state: undefined,
      algorithmSettings: [],
      count: 2,
    };
    const lost = await host.ask(request);
    expect(lost.assignments.map(({ id }) => id)).toEqual([0, 1]);
    expect(await host.ask(request)).toEqual(lost);
    await host.close();
  });

  it("says what is wrong with settings as a SettingsError", async () => {
    const host = new WorkerSamplerHost(file);
    const object = experiment("bad", { algorithm: { algorithmName: "nope" } });
    const request = {
      experiment: object,
      finished: [],
      pending: [],
      unused: [],
      earlier: () => [],
      made: 0,
      state: undefined,
      algorithmSettings: [],
      count: 1,
    };
    await expect(host.ask(request)).rejects.toThrow(SettingsError);
    await expect(host.ask(request)).rejects.toThrow(/unknown algorithm "nope"/);
    await host.close();
  });

  it("rejects what waits when the worker cannot start, and tries again with the next request", async () => {
    const host = new WorkerSamplerHost(join(folder, "missing.mjs"));
    await expect(converse(host, 1)).rejects.toThrow(/the sampler worker ended/);
    await expect(converse(host, 1)).rejects.toThrow(/the sampler worker ended/);
    await host.close();
  });

  it("serves the control loop", async () => {
    const home = await Home.start({ samplers: new WorkerSamplerHost(file) });
    await home.create(experiment("threaded", { maxTrialCount: 20, parallelTrialCount: 5 }));
    const done = await home.untilExperiment("threaded", "Succeeded");
    expect(condition(done, "Succeeded")?.reason).toBe("ExperimentMaxTrialsReached");
    expect(done.status?.trialsSucceeded).toBe(20);
    expect(home.errors).toEqual([]);
    await home.close();
  });

  it("is asked for algorithms that think, while the others answer here", async () => {
    const [quick, slow] = [new Counted(), new Counted()];
    const host = new DividedSamplerHost(quick, slow);
    await converse(host, 6, undefined, "random");
    await converse(host, 4, undefined, "tpe");
    const resource = [
      { name: "resource_name", value: "x" },
      { name: "min_resource", value: "0.1" },
    ];
    await converse(host, 2, undefined, "asha", resource);
    await converse(host, 2, undefined, "asha", [...resource, { name: "sampler", value: "kde" }]);
    expect([quick.asked, slow.asked]).toEqual([4, 3]);
    await host.close();
  });
});

/** A host that counts its questions. */
class Counted extends LocalSamplerHost {
  asked = 0;

  override ask(request: SuggestionRequest) {
    this.asked += 1;
    return super.ask(request);
  }
}
