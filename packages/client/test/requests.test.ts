import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CONFIG_MAP, type ResourceKind, TRIAL } from "@qalam/api";
import { type ApiError, Client, ConnectionError, exponentialBackoff, type Retry } from "@qalam/client";
import { describe, expect, it, onTestFinished } from "vitest";
import { map, serve } from "./served-store.ts";

const key = { namespace: "default", name: "m" };

/** A server that answers everything with the same text. */
async function serverThatSays(text: string, status = 200): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(text));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a request", () => {
  it("tells an object that is not there from a kind that is not there", async () => {
    const { client } = await serve();
    expect(await client.get(TRIAL, key)).toBeUndefined();
    const unknown: ResourceKind = { ...TRIAL, plural: "tirals" } as ResourceKind;
    await expect(client.get(unknown, key)).rejects.toMatchObject({ isNotFound: true });
  });

  it("keeps names within their place in the address", async () => {
    const { client } = await serve();
    await client.create(CONFIG_MAP, map("m"));
    expect(await client.get(CONFIG_MAP, { namespace: "default", name: "../configmaps/m" })).toBeUndefined();
  });

  it("works below a path, as where the token stands in it, and with a slash at its end", async () => {
    const { served, client } = await serve();
    await client.create(CONFIG_MAP, map("m"));
    const baseUrl = `${served.address}/t/a-token-that-is-long-enough-to-be-one/`;
    expect(await new Client({ baseUrl }).get(CONFIG_MAP, key)).toBeDefined();
  });

  it("goes where the address leads now", async () => {
    const [one, other] = [await serve(), await serve()];
    await other.store.create(CONFIG_MAP, map("m"));
    let address = one.served.address;
    const client = one.served.client({ baseUrl: () => address });
    expect(await client.get(CONFIG_MAP, key)).toBeUndefined();
    address = other.served.address;
    expect(await client.get(CONFIG_MAP, key)).toBeDefined();
  });

  it("takes another fetch, and reads streams that cannot be iterated, as in some browsers", async () => {
    const asked: string[] = [];
    const { store, client } = await serve({
      client: {
        async fetch(this: unknown, input, init) {
          expect(this).toBeUndefined(); // browsers refuse a fetch that is called as a method
          asked.push(String(input));
          const response = await fetch(input, init);
          if (response.body !== null) Object.defineProperty(response.body, Symbol.asyncIterator, { value: undefined });
          return response;
        },
      },
    });
    await store.create(CONFIG_MAP, map("m"));
    expect((await client.watch(CONFIG_MAP).next()).value).toMatchObject({ type: "ADDED" });
    expect(asked[0]).toMatch(/^http:.*\/api\/v1\/configmaps\?limit=500$/);
  });

  it("stops with the signal's reason", async () => {
    const { client } = await serve();
    const reason = new Error("enough");
    await expect(client.list(CONFIG_MAP, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("a server that says when to come again", () => {
  /** Answers refusals first, then an empty list. Counts what it was asked. */
  async function serverThatRefuses(refusals: readonly (readonly [status: number, headers: Record<string, string>])[]) {
    let asked = 0;
    const server = createServer((_, response) => {
      const [status, headers] = refusals[asked++] ?? [200, {}];
      const failure = {
        kind: "Status",
        status: "Failure",
        message: "too much",
        reason: "TooManyRequests",
        code: status,
      };
      response.writeHead(status, headers).end(JSON.stringify(status === 200 ? { items: [], metadata: {} } : failure));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const retries: Retry[] = [];
    const client = new Client({ baseUrl, backoff: async (retry) => void retries.push(retry) });
    return { baseUrl, client, retries, asked: () => asked };
  }

  it("is asked again, also to write, by seconds or date", async () => {
    const inTwoSeconds = new Date(Date.now() + 2000).toUTCString();
    const { client, retries } = await serverThatRefuses([
      [429, { "retry-after": "1" }],
      [503, { "retry-after": inTwoSeconds }],
    ]);
    expect((await client.create(CONFIG_MAP, map("m"))) as unknown).toEqual({ items: [], metadata: {} });
    expect(retries.map(({ attempt }) => attempt)).toEqual([0, 1]);
    const [first, second] = retries.map(({ error }) => (error as ApiError).retryAfterSeconds ?? -1);
    expect(first).toBe(1);
    expect(second).toBeLessThanOrEqual(2);
    expect(second).toBeGreaterThanOrEqual(0);
  });

  it("is not asked again without it, for a refusal that stays one, for hours, and not for ever", async () => {
    const never = [
      [429, {}],
      [503, {}],
      [409, { "retry-after": "1" }],
      [429, { "retry-after": "3600" }],
      [429, { "retry-after": "soon" }],
    ] as const;
    for (const refusal of never) {
      const { client, asked } = await serverThatRefuses([refusal]);
      await expect(client.list(CONFIG_MAP)).rejects.toMatchObject({ status: refusal[0], message: "too much" });
      expect(asked()).toBe(1);
    }
    const { client, asked } = await serverThatRefuses(
      Array.from({ length: 20 }, () => [503, { "retry-after": "0" }] as const),
    );
    await expect(client.list(CONFIG_MAP)).rejects.toMatchObject({ status: 503 });
    expect(asked()).toBe(11);
  });

  it("is left when the signal aborts meanwhile", async () => {
    const { baseUrl, asked } = await serverThatRefuses([[429, { "retry-after": "60" }]]);
    const abort = new AbortController();
    const backoff = (retry: Retry) => {
      abort.abort(new Error("enough"));
      return exponentialBackoff(retry);
    };
    await expect(new Client({ baseUrl, backoff }).list(CONFIG_MAP, { signal: abort.signal })).rejects.toThrow("enough");
    expect(asked()).toBe(1);
  });
});

describe("what is no API server", () => {
  it("is told as such", async () => {
    const page = new Client({ baseUrl: await serverThatSays("<html>") });
    await expect(page.list(CONFIG_MAP)).rejects.toThrow(/not JSON: is this a Kubernetes API server\?/);
    const bad = new Client({ baseUrl: await serverThatSays("Bad gateway", 502) });
    await expect(bad.list(CONFIG_MAP)).rejects.toMatchObject({ status: 502, reason: "Unknown", isTransient: true });
    const lines = new Client({
      baseUrl: await serverThatSays('{"type":'),
      backoff: ({ error }) => Promise.reject(error),
    });
    const from = { items: [], metadata: { resourceVersion: "1" } };
    await expect(lines.watch(CONFIG_MAP, { from }).next()).rejects.toThrow(ConnectionError);
  });

  it("that is not there is a ConnectionError that names the address and the cause", async () => {
    const client = new Client({ baseUrl: "http://127.0.0.1:1" });
    const failure = await client.list(CONFIG_MAP).catch((error) => error);
    expect(failure).toBeInstanceOf(ConnectionError);
    expect(failure.message).toMatch(/^the connection to http:\/\/127\.0\.0\.1:1 failed: \S/);
  });
});

describe("exponentialBackoff", () => {
  it("ends at once when the signal aborts", async () => {
    const abort = new AbortController();
    const waiting = exponentialBackoff({ attempt: 30, error: undefined, signal: abort.signal });
    abort.abort();
    await waiting;
    await exponentialBackoff({ attempt: 30, error: undefined, signal: abort.signal });
  });
});
