import { POD, TRIAL } from "@qalam/api";
import type { ContainerLogs, LogOptions, ObservationQuery, ObservationRow } from "@qalam/store";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { serve } from "./served-store.ts";

const key = { namespace: "default", name: "t" };
const bytes = (text: string) => new TextEncoder().encode(text);

/** A log that grows as the test says. */
class GrowingLog implements ContainerLogs {
  readonly asked: LogOptions[] = [];
  #text = "";
  #isOver = false;
  #wake: (() => void)[] = [];

  /** Another run of the container, which has said nothing yet. */
  startAnew(): void {
    this.#text = "";
  }

  write(text: string, isOver = false): void {
    this.#text += text;
    this.#isOver ||= isOver;
    for (const wake of this.#wake.splice(0)) wake();
  }

  async *read(_: unknown, options: LogOptions, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    this.asked.push(options);
    signal?.addEventListener("abort", () => this.write(""));
    for (let sent = 0; signal?.aborted !== true; ) {
      if (sent < this.#text.length) {
        yield bytes(this.#text.slice(sent));
        sent = this.#text.length;
      } else if (this.#isOver || options.follow !== true) return;
      else await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }
}

async function servedPod() {
  const logs = new GrowingLog();
  const { served, client } = await serve({ logs, client: { backoff: async () => void (await served.start()) } });
  await client.create(POD, { metadata: { name: "t" }, spec: { containers: [{ name: "main", image: "i" }] } });
  return { served, client, logs };
}

describe("logs", () => {
  it("come as bytes and as lines, and ask for what was asked", async () => {
    const { client, logs } = await servedPod();
    logs.write("one\ntw\u00f6\nthree");
    const chunks: Uint8Array[] = [];
    for await (const chunk of client.logs(key, { container: "main", tailLines: 5, timestamps: true }))
      chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe("one\ntw\u00f6\nthree");
    expect(logs.asked[0]).toMatchObject({ container: "main", tailLines: 5, timestamps: true, follow: false });
    const lines: string[] = [];
    for await (const line of client.logLines(key)) lines.push(line);
    expect(lines).toEqual(["one", "tw\u00f6", "three"]);
  });

  it("are followed until the container ends, over a server that is started again, without a byte twice or missing", async () => {
    const { served, client, logs } = await servedPod();
    logs.write("one\ntw");
    const lines: string[] = [];
    for await (const line of client.logLines(key, { follow: true })) {
      lines.push(line);
      if (line === "one") {
        logs.write("o\nthree\n");
        await served.stop();
        logs.write("four\n", true);
      }
    }
    expect(lines).toEqual(["one", "two", "three", "four"]);
    expect(logs.asked.length).toBe(2);
  });

  it("of a container that runs anew are told from their beginning", async () => {
    const { served, client, logs } = await servedPod();
    logs.write("start 1\nworking\n");
    const lines: string[] = [];
    for await (const line of client.logLines(key, { follow: true })) {
      lines.push(line);
      if (line !== "working" || lines.includes("start 2")) continue;
      await served.stop();
      logs.startAnew();
      logs.write("start 2\nworking\nready\n", true);
    }
    expect(lines).toEqual(["start 1", "working", "start 2", "working", "ready"]);
  });

  it("end when the signal aborts; those that cannot be taken up say that the connection broke", async () => {
    const { served, client, logs } = await servedPod();
    logs.write("one\n");
    const abort = new AbortController();
    const lines = client.logLines(key, { follow: true, signal: abort.signal });
    expect((await lines.next()).value).toBe("one");
    abort.abort();
    expect(await lines.next()).toEqual({ done: true, value: undefined });
    const tail = client.logLines(key, { follow: true, tailLines: 1 });
    expect((await tail.next()).value).toBe("one");
    await served.stop();
    await expect(tail.next()).rejects.toMatchObject({ code: "CONNECTION" });
  });

  it("of a pod or container that is not there are refused", async () => {
    const { client } = await servedPod();
    await expect(client.logs({ ...key, name: "none" }).next()).rejects.toMatchObject({ isNotFound: true });
    await expect(client.logs(key, { container: "x" }).next()).rejects.toMatchObject({ status: 400 });
  });
});

const row = (sequence: number, metric = "loss"): ObservationRow => ({
  metric,
  value: `0.${sequence}`,
  time: `2026-01-01T00:00:0${sequence}Z`,
  source: "push",
  sequence,
});

async function servedTrial() {
  const { served, client, store } = await serve({ client: { backoff: async () => void (await served.start()) } });
  const trial = await store.create(TRIAL, {
    apiVersion: "kubeflow.org/v1beta1",
    kind: "Trial",
    metadata: key,
    spec: { objective: { type: "minimize", objectiveMetricName: "loss" }, parameterAssignments: [], runSpec: {} },
  });
  const { uid = "" } = trial.metadata;
  const status = {
    completionTime: "2026-01-01T00:01:00Z",
    conditions: [{ type: "Succeeded", status: "True" as const }],
  };
  const finish = () => store.updateStatus(TRIAL, { ...trial, status });
  return { served, client, uid, finish };
}

describe("observations", () => {
  it("are read with the summary of each metric, one metric alone, within times", async () => {
    const { served, client, uid } = await servedTrial();
    await served.observations.append(uid, [row(1), row(2), row(1, "accuracy")]);
    const { metrics, rows } = await client.observations(key);
    expect(rows).toHaveLength(3);
    expect(metrics).toContainEqual({ name: "loss", min: "0.1", max: "0.2", latest: "0.2" });
    expect((await client.observations(key, { metric: "accuracy" })).rows).toEqual([row(1, "accuracy")]);
    expect((await client.observations(key, { start: "2026-01-01T00:00:02Z" })).rows).toEqual([row(2)]);
  });

  it("are handed on in parts, and whole, however many there are; none and a wrong question are told", async () => {
    const { served, client, uid } = await servedTrial();
    const read = async (query: ObservationQuery = {}) => {
      const all: ObservationRow[] = [];
      for await (const rows of client.streamObservations(key, query)) {
        expect(rows.length).toBeLessThanOrEqual(1000);
        all.push(...rows);
      }
      return all;
    };
    expect(await read()).toEqual([]);
    expect(await client.observations(key)).toMatchObject({ metrics: [], rows: [] });
    const all = Array.from({ length: 12_000 }, (_, i) => ({ ...row(1, i % 10 ? "loss" : "rare"), sequence: i }));
    await served.observations.append(uid, all);
    expect(await read()).toEqual(all);
    expect((await client.observations(key)).rows).toEqual(all);
    expect(await read({ metric: "rare" })).toHaveLength(1200);
    expect((await read({ downsample: 10 })).length).toBeLessThan(30);
    await expect(read({ start: "yesterday" })).rejects.toMatchObject({ status: 400 });
    await expect(client.observations(key, { start: "yesterday" })).rejects.toMatchObject({ status: 400 });
  });

  it("are reported with their time and step, and refused once the trial has ended", async () => {
    const { client, finish } = await servedTrial();
    expect(await client.report(key, { loss: 0.5, accuracy: "0.9" }, { step: 3, time: "2026-01-01T00:00:00Z" })).toBe(2);
    expect(await client.report(key, { loss: 0.25 })).toBe(1);
    const { metrics, rows } = await client.observations(key);
    expect(rows).toContainEqual(expect.objectContaining({ metric: "accuracy", value: "0.9", step: 3 }));
    expect(metrics).toContainEqual({ name: "loss", min: "0.25", max: "0.5", latest: "0.25" });
    await finish();
    await expect(client.report(key, { loss: 1 })).rejects.toMatchObject({ status: 409, isConflict: true });
  });

  it("are followed to the trial's end, over a server that is started again, without a row twice or missing", async () => {
    const { served, client, uid, finish } = await servedTrial();
    await served.observations.append(uid, [row(1)]);
    const seen: number[] = [];
    for await (const rows of client.followObservations(key)) {
      seen.push(...rows.map(({ sequence }) => sequence));
      if (seen.length === 1) await served.observations.append(uid, [row(2)]);
      if (seen.length === 2) {
        await served.stop();
        await served.observations.append(uid, [row(3)]);
      }
      if (seen.length === 3) await finish();
    }
    expect(seen).toEqual([1, 2, 3]);
  });

  it("are followed however many come at once, over the connections that the server ends because they lag", async () => {
    const { served, uid, finish } = await servedTrial();
    await served.observations.append(uid, [row(0)]);
    const many = Array.from({ length: 200_000 }, (_, i) => ({ ...row(1), sequence: i + 1 }));
    const client = served.client({ backoff: async () => {} });
    let count = 0;
    for await (const rows of client.followObservations(key)) {
      count += rows.length;
      if (count === 1) await served.observations.append(uid, many);
      if (count > many.length) await finish();
    }
    expect(count).toBe(200_001);
  }, 60_000);

  it("are followed from where a broken connection had come to, not from the start", async () => {
    const { served, client, uid, finish } = await servedTrial();
    const there = 100_000; // more than fits what connections hold on their way
    const many = (from: number, count: number, metric = "loss") =>
      Array.from({ length: count }, (_, i) => ({ ...row(1, metric), sequence: ((from + i) * 7919) % 1_000_003 }));
    await served.observations.append(uid, many(0, there));
    const asked: [from: number, until: number][] = [];
    const { portions } = served.observations;
    vi.spyOn(served.observations, "portions").mockImplementation((of, query = {}) => {
      asked.push([query.from ?? 0, query.until ?? -1]);
      return portions.call(served.observations, of, query);
    });
    const seen = new Set<number>();
    let [count, breaks] = [0, 0];
    for await (const rows of client.followObservations(key, { metric: "loss" })) {
      count += rows.length;
      for (const { sequence } of rows) seen.add(sequence);
      // In the middle of what was there; when that was read; and after what came meanwhile.
      if (breaks < 3 && (breaks === 0 || count === there + 500 * breaks)) {
        const fresh = [...many(there + 500 * breaks, 500), ...many(breaks, 1, "other")];
        breaks += 1;
        await served.stop();
        await served.observations.append(uid, fresh);
      }
      if (count === there + 1500) await finish();
    }
    expect([count, seen.size, breaks]).toEqual([there + 1500, there + 1500, 3]);
    expect(asked).toEqual([
      [0, there],
      [0, there],
      [there, there + 501],
      [there + 501, there + 1002],
      [there + 1002, there + 1503],
    ]);
  }, 60_000);

  it("end when the signal aborts, and free the server's watch", async () => {
    const { served, client, uid } = await servedTrial();
    await served.observations.append(uid, [row(1)]);
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    for await (const _ of client.followObservations(key, { signal: abort.signal })) abort.abort();
    await served.watches.until(0);
  });
});
