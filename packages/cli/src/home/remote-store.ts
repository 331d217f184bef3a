import { type KubeObject, keyOf, type ObjectKey, type ResourceKind } from "@qalam/api";
import { ApiError, type Backoff, type Client, ConnectionError, type MergePatch } from "@qalam/client";
import {
  AlreadyExistsError,
  ConflictError,
  type DeleteOptions,
  ExpiredError,
  InvalidRequestError,
  type ListOptions,
  NotFoundError,
  type PatchOptions,
  type ResourceList,
  type ResourceStore,
  type ResourceWatch,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from "@qalam/store";
import { tryAgain } from "./try-again.ts";

/** The ResourceStore contract over a server's REST API, so that a command does not know whether the store is in this process. */
export class RemoteStore implements ResourceStore {
  readonly #client: Client;
  readonly #backoff: Backoff | undefined;

  /** @param backoff waits before a request is made again that did not reach the server, and that can be made twice */
  constructor(client: Client, backoff?: Backoff) {
    this.#client = client;
    this.#backoff = backoff;
  }

  async get<T extends KubeObject>(kind: ResourceKind<T>, key: ObjectKey): Promise<T | undefined> {
    return translated(
      kind,
      key.name,
      this.#repeated(() => this.#client.get(kind, key)),
    );
  }

  async list<T extends KubeObject>(
    kind: ResourceKind<T>,
    { shared: _, ...options }: ListOptions = {},
  ): Promise<ResourceList<T>> {
    const query = { ...options, ...(options.resourceVersion && { resourceVersionMatch: "Exact" }) };
    const { items, metadata } = await translated(
      kind,
      "",
      this.#repeated(() => this.#client.list(kind, query)),
    );
    const { continue: next, ...rest } = metadata;
    return { items, ...rest, ...(next && { continue: next }) };
  }

  /** Goes on when the server is started again; ends with ExpiredError only when it was asked for a version that the server forgot. */
  watch<T extends KubeObject>(
    kind: ResourceKind<T>,
    { shared: _, allowBookmarks = false, ...options }: WatchOptions = {},
  ): ResourceWatch<T> {
    const controller = new AbortController();
    const events = this.#client.watch(kind, { ...options, bookmarks: allowBookmarks, signal: controller.signal });
    return { close: () => controller.abort(), [Symbol.asyncIterator]: () => expiring(events) };
  }

  async create<T extends KubeObject>(kind: ResourceKind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    return translated(kind, object.metadata.name, this.#client.create(kind, object, options));
  }

  async update<T extends KubeObject>(kind: ResourceKind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    return translated(kind, keyOf(object).name, this.#client.update(kind, object, options));
  }

  async updateStatus<T extends KubeObject>(kind: ResourceKind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const subresource = "status";
    return translated(kind, keyOf(object).name, this.#client.update(kind, object, { ...options, subresource }));
  }

  async patch<T extends KubeObject>(
    kind: ResourceKind<T>,
    key: ObjectKey,
    patch: object,
    options: PatchOptions = {},
  ): Promise<T> {
    return translated(
      kind,
      key.name,
      this.#repeated(() => this.#client.patch(kind, key, { merge: patch as MergePatch<T> }, options)),
    );
  }

  async delete<T extends KubeObject>(kind: ResourceKind<T>, key: ObjectKey, options: DeleteOptions = {}): Promise<T> {
    const last = await this.get(kind, key);
    const kept = await translated(kind, key.name, this.#client.delete(kind, key, options));
    return kept ?? (last as T); // one that was not there at first cannot be deleted
  }

  async currentResourceVersion(): Promise<string> {
    throw new InvalidRequestError("a server tells its version with every list only");
  }

  async close(): Promise<void> {}

  /** For requests that can be made twice. */
  #repeated<T>(call: () => Promise<T>): Promise<T> {
    return tryAgain(call, (error) => error instanceof ConnectionError, this.#backoff);
  }
}

async function* expiring<T>(events: AsyncIterable<WatchEvent<T>>): AsyncGenerator<WatchEvent<T>> {
  try {
    yield* events;
  } catch (error) {
    throw error instanceof ApiError && error.isGone ? new ExpiredError(error.message) : error;
  }
}

/** Errors of the server as the errors of the contract. */
async function translated<T>(kind: ResourceKind, name: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const resource = kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
    if (error.reason === "NotFound") throw new NotFoundError(resource, name);
    if (error.reason === "AlreadyExists") throw new AlreadyExistsError(resource, name);
    if (error.reason === "Conflict") throw new ConflictError(resource, name);
    if (error.reason === "Expired") throw new ExpiredError(error.message);
    throw error;
  }
}
