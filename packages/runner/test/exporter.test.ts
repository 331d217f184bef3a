import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { JOB, type Trial } from "@qalam/api";
import { describe, expect, it, onTestFinished } from "vitest";
import { scrape } from "../src/metrics/scrape.ts";
import { createTrial, type Home, jobHas, startHome, until } from "./runner-fixture.ts";

const exporter = join(import.meta.dirname, "exporter.mjs");

/** A trial that runs the exporter, asked every 50 ms. */
async function exporterTrial(
  home: Home,
  args: string,
  { name = "trial", ...httpGet }: { name?: string; port?: number; host?: string } = {},
) {
  const metricsCollector = {
    collector: { kind: "PrometheusMetric" },
    source: { httpGet: { port: 18_080, path: "/metrics", ...httpGet } },
  } as Trial["spec"]["metricsCollector"] & object;
  const command = [process.execPath, exporter, ...args.split(" ")];
  const trial = await createTrial(home.store, "", { name, trial: { metricsCollector }, container: { command } });
  return trial;
}

async function ended({ store, observations }: Home, { metadata: { name, uid = "" } }: Trial) {
  await until(store, JOB, name, (job) => jobHas("Complete")(job) || jobHas("Failed")(job));
  return observations.query(uid);
}

const options = { defaultAnnotations: { "qalam.dev/scrape-interval": "50ms" } };

describe("an exporter in a trial", () => {
  it("is asked while it runs: every value with its step", async () => {
    const home = await startHome(options);
    const rows = await ended(home, await exporterTrial(home, "good"));
    expect(rows.slice(0, 3).map(({ metric, value, step }) => [metric, value, step])).toEqual([
      ["loss", "1", 1],
      ["loss", "0.5", 2],
      ["loss", "0.3333333333333333", 3],
    ]);
    expect(home.errors).toEqual([]);
  });

  it("has a port of its own beside others that ask for the same", async () => {
    const home = await startHome(options);
    const trials = await Promise.all(
      ["a", "b", "c"].map((name) => exporterTrial(home, "good", { name, port: 18_081 })),
    );
    for (const trial of trials) expect((await ended(home, trial)).length).toBeGreaterThanOrEqual(3);
  });

  it("that belongs to another trial is not taken for the trial's own", async () => {
    const home = await startHome(options);
    const blocker = createServer((_request, response) => response.end("loss 42\n"));
    const port = await listen(blocker);
    const trial = await exporterTrial(home, `fixed ${port}`, { port });
    expect(await ended(home, trial)).toEqual([]);
    expect(await home.runner.explainMissingMetric(trial)).toMatch(
      /looked for the series loss in what the exporter at port (\d+), path \/metrics shows; it never answered; .*refused the connection \(port \1 was taken: the exporter is to listen at the port in \$QALAM_METRICS_PORT\)/,
    );
    const other = await exporterTrial(home, `fixed ${port}`, { name: "other", port, host: "127.0.0.1" });
    expect(await ended(home, other)).toEqual([]);
    expect(await home.runner.explainMissingMetric(other)).toContain(
      "is answered by another program, not by this trial",
    );
  });

  it.each([
    ["redirect", /answered 302, to http:\/\/example\.com\/: redirects are not followed/],
    ["huge", /answered more than 32 MiB/],
    ["hang", /it never answered/],
  ])("that misbehaves (%s) does not hold the trial up, and the explanation says what it did", async (mode, says) => {
    const home = await startHome(options);
    const trial = await exporterTrial(home, mode, { port: 18_083 });
    expect(await ended(home, trial)).toEqual([]);
    expect(await home.runner.explainMissingMetric(trial)).toMatch(says);
    expect(home.errors).toEqual([]);
  });

  it("without the objective shows the series there are", async () => {
    const home = await startHome(options);
    const metricsCollector = {
      collector: { kind: "PrometheusMetric" },
      source: { httpGet: { port: 18_084, path: "/m" } },
    } as Trial["spec"]["metricsCollector"] & object;
    const objective = { type: "minimize", objectiveMetricName: "Loss" } as Trial["spec"]["objective"] & object;
    const command = [process.execPath, exporter, "good"];
    const trial = await createTrial(home.store, "", { trial: { metricsCollector, objective }, container: { command } });
    await ended(home, trial);
    expect(await home.runner.explainMissingMetric(trial)).toMatch(
      /read \d answers \(\d+ bytes\); series there are: loss\{path="\/m"\}/,
    );
  });
});

describe("scrape", () => {
  const ask = async (listener: RequestListener, timeout = 5_000) => {
    const port = await listen(createServer(listener));
    return scrape({ url: new URL(`http://127.0.0.1:${port}/`), headers: {}, timeout }, new AbortController().signal);
  };
  it("gives up on an exporter that hangs, before its answer and in the middle of it", async () => {
    await expect(ask(() => {}, 50)).rejects.toThrow("gave no whole answer within 0.05 s");
    await expect(ask((_request, response) => void response.write("loss 1\n"), 50)).rejects.toThrow("no whole answer");
  });
  it("tells what else went wrong", async () => {
    await expect(ask((_request, response) => void response.writeHead(500).end())).rejects.toThrow("answered 500");
    await expect(ask(({ socket }) => void socket.destroy())).rejects.toThrow("socket hang up");
  });
});

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
