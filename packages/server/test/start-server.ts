import type { ResourceKind } from "@qalam/api";
import { type ApiServerOptions, startApiServer } from "@qalam/server";
import { MemoryObservationStore, MemoryStore } from "@qalam/store/memory";
import { onTestFinished } from "vitest";

export const TOKEN = "a-token-that-is-long-enough-to-be-one";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are read field by field in expectations
  readonly body: any;
}

export interface Call {
  readonly type?: string;
  readonly headers?: Record<string, string>;
  readonly token?: string | null;
}

/** A server over an empty store in memory, asked over real HTTP. Errors that no client caused are collected. */
export async function startServer(options: Partial<ApiServerOptions> = {}) {
  const store = options.store ?? new MemoryStore();
  const errors: Error[] = [];
  const server = await startApiServer({
    store,
    observations: new MemoryObservationStore(),
    logs: {
      async *read() {
        yield* [];
      },
    },
    admission: {
      create: async (_: ResourceKind, object) => object,
      update: async (_: ResourceKind, __, object) => object,
    },
    token: TOKEN,
    onError: (_, error) => errors.push(error),
    ...options,
  });
  onTestFinished(() => server.close());
  const call = async (method: string, path: string, body?: unknown, options: Call = {}): Promise<Reply> => {
    const { type = "application/json", headers = {}, token = TOKEN } = options;
    const response = await fetch(`${server.address}${path}`, {
      method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": type }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
  return { server, store, errors, call };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
