import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Trial } from "@qalam/api";
import { expect, it, onTestFinished } from "vitest";
import { writeManifest } from "./manifest.ts";
import { collect, qalam, startQalam, temporaryFolder, untilOutput } from "./qalam-command.ts";

const push = { metricsCollectorSpec: { collector: { kind: "Push" } } };
/** The shell example of the guide: plain HTTP, no package. */
const report = (metrics: string) =>
  `curl -sS -H 'Content-Type: application/json' -d '${metrics}' "$QALAM_OBSERVATIONS_URL"`;

async function trialsOf(home: string, name: string): Promise<Trial[]> {
  return JSON.parse((await qalam(["trials", name, "-o", "json"], { home })).stdout) as Trial[];
}

it("takes metrics that a shell script posts, once each, and makes them the trial's observation", async () => {
  const home = temporaryFolder();
  const moment = (step: number, loss: string) => report(`{"metrics":{"loss":${loss},"note":"a b"},"step":${step}}`);
  const script = [moment(1, "0.5"), moment(1, "0.5"), moment(2, "0.25")].join(" && ");
  const { status, stderr } = await qalam(["run", writeManifest(home, { max: 1, parallel: 1, script, spec: push })], {
    home,
  });
  expect(stderr).toContain("loss=0.25");
  expect(status).toBe(0);
  const [trial] = await trialsOf(home, "test");
  expect(trial?.status?.observation?.metrics).toContainEqual({ name: "loss", min: "0.25", max: "0.5", latest: "0.25" });
  const added = (await qalam(["logs", trial?.metadata.name ?? ""], { home })).stdout.match(/"added":\d/g);
  expect(added).toEqual(['"added":2', '"added":0', '"added":2']);
});

it("says what was pushed when the objective was not", async () => {
  const home = temporaryFolder();
  const { status } = await qalam(
    ["run", writeManifest(home, { max: 1, parallel: 1, script: report('{"metrics":{"Loss":1}}'), spec: push })],
    { home },
  );
  expect(status).toBe(1);
  const [trial] = await trialsOf(home, "test");
  expect(trial?.status?.conditions?.at(-1)).toMatchObject({
    type: "MetricsUnavailable",
    message: expect.stringContaining('metric "loss" was not pushed: pushed were Loss; call katib.report_metrics'),
  });
});

it("refuses bad reports with what was expected, and reports of unknown and of ended trials", async () => {
  const home = temporaryFolder();
  const server = startQalam(["up", "--port", "0"], { home });
  const output = collect(server);
  onTestFinished(async () => {
    server.kill("SIGTERM");
    await output;
  });
  const address = /at (http:\S+)/.exec(await untilOutput(server, /Ctrl-C/))?.[1];
  const gate = join(home, "gate");
  spawnSync("mkfifo", [gate]);
  const script = `cat ${gate}; ${report('{"metrics":{"loss":1}}')}`;
  const run = startQalam(["run", "-o", "lines", writeManifest(home, { max: 1, parallel: 1, script, spec: push })], {
    home,
  });
  const ran = collect(run);
  const name = /trial (\S+) started/.exec(await untilOutput(run, /trial \S+ started/))?.[1];
  const token = readFileSync(join(home, "token"), "utf8").trim();
  const path = `/apis/kubeflow.org/v1beta1/namespaces/default/trials/${name}/observations`;
  const post = async (body: string, to = `/t/${token}${path}`, type = "application/json") => {
    const response = await fetch(`${address}${to}`, { method: "POST", body, headers: { "content-type": type } });
    return [response.status, ((await response.json()) as { message?: string }).message];
  };
  for (const [body, code, message] of [
    ["{", 400, /not valid JSON/],
    ["[]", 400, /the body is \[\], expected/],
    ["{}", 400, /metrics is missing, expected/],
    ['{"metrics":{}}', 400, /no metric was reported/],
    ['{"metrics":{"loss":true}}', 400, /loss: value is true, expected a number or text/],
    ['{"metrics":{"loss":1},"time":5}', 400, /loss: time is 5, expected RFC 3339/],
    ['{"metrics":{"loss":1},"time":"now"}', 400, /"now" is no time/],
    ['{"metrics":{"loss":1},"step":"2"}', 400, /loss: step is "2", expected a number/],
    ['{"rows":[{"metric":"loss","value":1},{"value":1}]}', 400, /rows\[1\]: metric is undefined, expected a name/],
  ] as const)
    expect(await post(body)).toEqual([code, expect.stringMatching(message)]);
  expect(await post('{"metrics":{"loss":1}}', `/t/${token}${path.replace(name ?? "", "gone")}`)).toEqual([
    404,
    'trials.kubeflow.org "gone" not found',
  ]);
  expect((await post('{"metrics":{"loss":1}}', path))[0]).toBe(401);
  expect((await post("{}", undefined, "text/plain"))[0]).toBe(415);
  writeFileSync(gate, "go");
  expect((await ran).status).toBe(0);
  expect(await post('{"metrics":{"loss":1}}')).toEqual([
    409,
    expect.stringMatching(/has ended \(Succeeded\) and takes no more metrics/),
  ]);
});

it("shows pushed metrics to early-stopping rules while the trial runs", async () => {
  const home = temporaryFolder();
  const hangs = join(home, "hangs");
  spawnSync("mkfifo", [hangs]);
  const script = `${report('{"metrics":{"loss":7},"step":1}')}; exec cat ${hangs}`;
  const earlyStopping = {
    algorithmName: "threshold",
    algorithmSettings: [{ name: "value", value: "5" }],
  };
  await qalam(["run", writeManifest(home, { max: 1, parallel: 1, script, spec: { ...push, earlyStopping } })], {
    home,
  });
  const [trial] = await trialsOf(home, "test");
  expect(trial?.status?.conditions?.at(-1)).toMatchObject({
    type: "EarlyStopped",
    message: expect.stringContaining("threshold: loss is 7 at step 1, worse than 5"),
  });
});

it("has a training that outlives its server report to the next one", async () => {
  const home = temporaryFolder();
  const gate = join(home, "gate");
  spawnSync("mkfifo", [gate]);
  const script = `${report('{"metrics":{"loss":2}}')}; echo; cat ${gate}; ${report('{"metrics":{"loss":1}}')}`;
  const manifest = writeManifest(home, { max: 1, parallel: 1, script, spec: push });
  const first = startQalam(["run", "-o", "lines", manifest], { home });
  const firstEnd = collect(first);
  await untilOutput(first, /trial \S+ started/);
  await untilTraining(home);
  first.kill("SIGKILL");
  await firstEnd;
  const second = startQalam(["run", "-o", "lines", manifest], { home });
  const secondEnd = collect(second);
  await untilOutput(second, /continued/);
  writeFileSync(gate, "go");
  expect((await secondEnd).status).toBe(0);
  const [trial] = await trialsOf(home, "test");
  expect(trial?.status?.observation?.metrics).toContainEqual({ name: "loss", min: "1", max: "2", latest: "1" });
});

/** Resolves when the first report was answered. */
async function untilTraining(home: string): Promise<void> {
  const { items } = JSON.parse((await qalam(["get", "trials", "-o", "json"], { home })).stdout) as { items: Trial[] };
  const logs = startQalam(["logs", "-f", items[0]?.metadata.name ?? ""], { home });
  await untilOutput(logs, /"added":1/);
  logs.kill();
}
