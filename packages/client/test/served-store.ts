import { InvalidObjectError, type KubeObject } from "@qalam/api";
import { Client, type ClientOptions } from "@qalam/client";
import { type AdmissionOptions, type ApiServer, type ApiServerOptions, startApiServer } from "@qalam/server";
import type { ResourceStore } from "@qalam/store";
import { MemoryObservationStore, MemoryStore } from "@qalam/store/memory";
import { CountedWatches } from "@qalam/testing";
import { onTestFinished } from "vitest";

const TOKEN = "a-token-that-is-long-enough-to-be-one";

/** A store behind a real server that can be stopped and started again at the same address. */
class ServedStore {
  readonly watches = new CountedWatches();
  readonly observations = new MemoryObservationStore();
  readonly #options: Partial<ApiServerOptions>;
  #store: ResourceStore;
  #server: ApiServer | undefined;
  #address = "";

  constructor(options: Partial<ApiServerOptions> = {}) {
    this.#options = options;
    this.#store = options.store ?? new MemoryStore();
    onTestFinished(() => this.stop());
  }

  get store(): ResourceStore {
    return this.#store;
  }

  get address(): string {
    return this.#address;
  }

  async start(store: ResourceStore = this.#store): Promise<void> {
    this.#store = store;
    this.#server = await startApiServer(
      {
        observations: this.observations,
        logs: { read: () => nothing() },
        admission: {
          create: async (_, object, options) => checked(object, options),
          update: async (_, __, object) => object,
        },
        token: TOKEN,
        onError: (where, error) => console.error(where, error),
        ...this.#options,
        store: this.watches.of(store),
      },
      { port: Number(new URL(this.#address || "http://x:0").port) },
    );
    this.#address = this.#server.address;
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  client(options: Partial<ClientOptions> = {}): Client {
    return new Client({ baseUrl: this.#address, token: TOKEN, ...options });
  }
}

/** A running server and a client of it. */
export async function serve(options: Partial<ApiServerOptions> & { client?: Partial<ClientOptions> } = {}) {
  const served = new ServedStore(options);
  await served.start();
  return { served, store: served.store, client: served.client(options.client) };
}

/** Knows no label called "oops". */
function checked(object: KubeObject, { fieldValidation, warn }: AdmissionOptions): KubeObject {
  if (object.metadata.labels?.oops === undefined) return object;
  const path = "metadata.labels.oops";
  if (fieldValidation === "Strict")
    throw new InvalidObjectError(object.kind, object.metadata.name, [
      { path, reason: "FieldValueForbidden", problem: 'not allowed, "quoted"' },
    ]);
  if (fieldValidation === "Warn") warn(`unknown field "${path}"`);
  return object;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

export const map = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default" },
  data,
});
