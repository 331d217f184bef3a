import { connect, type Socket } from "node:net";
import { CONFIG_MAP, POD, type StoredConfigMap, TRIAL } from "@qalam/api";
import { MemoryObservationStore, MemoryStore } from "@qalam/store/memory";
import { CountedWatches } from "@qalam/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { startServer, TOKEN } from "./start-server.ts";

const maps = "/api/v1/namespaces/default/configmaps";
const map = (name: string, size = 0): StoredConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default" },
  data: { a: "x".repeat(size) },
});

/** A server whose open watches are counted. */
async function counted(store = new MemoryStore()) {
  const watches = new CountedWatches();
  const observations = new MemoryObservationStore();
  return { ...(await startServer({ store: watches.of(store), observations })), store, watches, observations };
}

/** A client that has asked and reads nothing. */
async function askWithoutReading(address: string, path: string): Promise<Socket> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname).pause();
  onTestFinished(() => void socket.destroy());
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`);
  return socket;
}

/** The parsed lines of an answer as they come. */
async function* linesOf(address: string, path: string, signal?: AbortSignal) {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const { body } = await fetch(`${address}${path}`, { headers, ...(signal !== undefined && { signal }) });
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of body!) {
    const lines = decoder.decode(chunk, { stream: true }).split("\n");
    lines[0] = rest + lines[0];
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}

/** Reads lines until there are so many. */
async function take(count: number, lines: AsyncIterable<{ type: string; object: StoredConfigMap }>) {
  const taken: { type: string; object: StoredConfigMap }[] = [];
  for await (const line of lines) if (taken.push(line) === count) break;
  return taken;
}

const KIB = 1024;

describe("a reader of a watch", () => {
  it("that stops reading is dropped once 8 MiB wait for it, and others see everything", async () => {
    const { store, server, watches } = await counted();
    const size = 1024 * KIB;
    const idle = await askWithoutReading(server.address, `${maps}?watch=true`);
    const others = [1, 2].map(() => linesOf(server.address, `${maps}?watch=true`));
    const first = others.map((lines) => lines.next());
    await watches.until(3);
    await store.create(CONFIG_MAP, map("m", size));
    expect((await Promise.all(first)).map(({ value }) => value.type)).toEqual(["ADDED", "ADDED"]);
    let written = 1;
    for (let n = 1; n <= 30; n++) {
      await store.update(CONFIG_MAP, { ...map("m"), data: { a: "x".repeat(size), n: String(n) } });
      for (const lines of others) expect((await lines.next()).value.object.data.n).toBe(String(n));
      if (watches.open === 3) written += 1;
    }
    let received = 0;
    idle.on("data", (chunk: Buffer) => {
      received += chunk.length;
    });
    await new Promise((resolve) => idle.once("close", resolve).resume());
    // What left the server stands in the buffers of the system; the rest waited in its memory.
    const waited = written * size - received;
    expect(waited).toBeGreaterThan(8 * KIB * KIB - 3 * size);
    expect(waited).toBeLessThan(8 * KIB * KIB + 3 * size);
    for (const lines of others) await lines.return();
    await watches.until(0);
  });

  it("that reads gets what existed and what it missed, however much that is", async () => {
    const { store, server } = await counted(new MemoryStore({ historyBytes: 1 << 30 }));
    const first = await store.currentResourceVersion();
    for (let i = 0; i < 100; i++) await store.create(CONFIG_MAP, map(`m${i}`, 200 * KIB));
    expect(await take(100, linesOf(server.address, `${maps}?watch=true`))).toHaveLength(100);
    const missed = linesOf(server.address, `${maps}?watch=true&resourceVersion=${first}`);
    expect((await take(100, missed)).at(-1)).toMatchObject({ type: "ADDED", object: { metadata: { name: "m99" } } });
  });

  it("that stops reading what existed costs no more than that when it vanishes", async () => {
    const { store, server, watches } = await counted();
    for (let i = 0; i < 100; i++) await store.create(CONFIG_MAP, map(`m${i}`, 200 * KIB));
    const socket = await askWithoutReading(server.address, `${maps}?watch=true`);
    await watches.until(1);
    socket.destroy();
    await watches.until(0);
  });

  it.each(["watch=true", "watch=true&resourceVersion=1", "watch=true&timeoutSeconds=600"])(
    "that vanishes frees its watch (%s)",
    async (query) => {
      const { server, watches, errors } = await counted();
      const sockets = await Promise.all(
        Array.from({ length: 20 }, () => askWithoutReading(server.address, `${maps}?${query}`)),
      );
      await watches.until(20);
      for (const socket of sockets) socket.destroy();
      await watches.until(0);
      expect(errors).toEqual([]);
    },
  );

  it("gets an ERROR event with 410 when it goes on at a version that was compacted, or that is yet to come", async () => {
    const { store, server } = await counted(new MemoryStore({ historyLimit: 2 }));
    const first = await store.create(CONFIG_MAP, map("m0"));
    for (let i = 1; i < 5; i++) await store.create(CONFIG_MAP, map(`m${i}`));
    const newest = await store.currentResourceVersion();
    for (const version of [first.metadata.resourceVersion, String(Number(newest) + 1)]) {
      const [line] = await take(1, linesOf(server.address, `${maps}?watch=true&resourceVersion=${version}`));
      expect(line).toMatchObject({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } });
    }
    const [line] = await take(1, linesOf(server.address, `${maps}?watch=true&resourceVersion=${Number(newest) - 1}`));
    expect(line).toMatchObject({ type: "ADDED", object: { metadata: { name: "m4" } } });
  });

  it("that asked for a time is let go after it", async () => {
    const { server, watches } = await counted();
    const lines = linesOf(server.address, `${maps}?watch=true&timeoutSeconds=1`);
    expect(await take(1, lines)).toEqual([]);
    await watches.until(0);
  });
});

describe("a list", () => {
  it("whose continue token was compacted is answered 410", async () => {
    const { store, call } = await counted(new MemoryStore({ historyLimit: 2 }));
    for (let i = 0; i < 5; i++) await store.create(CONFIG_MAP, map(`m${i}`));
    const { metadata } = (await call("GET", `${maps}?limit=2`)).body;
    const next = `${maps}?limit=2&continue=${metadata.continue}`;
    expect((await call("GET", next)).status).toBe(200);
    for (let i = 5; i < 9; i++) await store.create(CONFIG_MAP, map(`m${i}`));
    const { status, body } = await call("GET", next);
    expect([status, body.code, body.reason]).toEqual([410, 410, "Expired"]);
  });
});

describe("a follower of a trial's metrics", () => {
  const observations = "/apis/kubeflow.org/v1beta1/namespaces/default/trials/t/observations?watch=true";
  const row = (sequence: number) => ({
    metric: "loss",
    value: "0.123456789",
    time: "2026-01-01T00:00:00Z",
    source: "a-pod/main/0",
    sequence,
  });

  async function withTrial(rows: number) {
    const served = await counted();
    const metadata = { name: "t", namespace: "default" };
    const spec = { objective: { type: "minimize" as const }, parameterAssignments: [], runSpec: {} };
    const trial = await served.store.create(TRIAL, {
      apiVersion: "kubeflow.org/v1beta1",
      kind: "Trial",
      metadata,
      spec,
    });
    await served.observations.append(
      trial.metadata.uid ?? "",
      Array.from({ length: rows }, (_, i) => row(i)),
    );
    return served;
  }

  it("gets all there are, however many", async () => {
    const { server } = await withTrial(100_000);
    let seen = 0;
    for await (const { rows } of linesOf(server.address, observations)) {
      seen += rows.length;
      if (seen === 100_000) break;
    }
  });

  it("that vanishes frees its watch", async () => {
    const { server, watches } = await withTrial(1);
    const socket = await askWithoutReading(server.address, observations);
    await watches.until(1);
    socket.destroy();
    await watches.until(0);
  });
});

describe("a follower of a log", () => {
  it("that vanishes is told to the log", async () => {
    let [begun, ended] = [() => {}, () => {}];
    const [isBegun, isEnded] = [new Promise<void>((r) => (begun = r)), new Promise<void>((r) => (ended = r))];
    const { server, store } = await startServer({
      logs: {
        async *read(_, __, signal) {
          signal?.addEventListener("abort", () => ended());
          begun();
          yield new TextEncoder().encode("line\n");
          await isEnded;
        },
      },
    });
    const containers = [{ name: "main", image: "i" }];
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "default" }, spec: { containers } };
    await store.create(POD, pod);
    const socket = await askWithoutReading(server.address, "/api/v1/namespaces/default/pods/p/log?follow=true");
    await isBegun;
    socket.destroy();
    await isEnded;
  });
});
