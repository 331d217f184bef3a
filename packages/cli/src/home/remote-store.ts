import { type KubeObject, keyOf, type ObjectKey, type ResourceKind } from "@qalam/api";
import { ApiError, type Client } from "@qalam/client";
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

/** The ResourceStore contract over a server's REST API, so that a command does not know whether the store is in this process. */
export class RemoteStore implements ResourceStore {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async get<T extends KubeObject>(kind: ResourceKind<T>, key: ObjectKey): Promise<T | undefined> {
    return translated(kind, key.name, this.#client.get(kind, key));
  }

  async list<T extends KubeObject>(
    kind: ResourceKind<T>,
    { shared: _, ...options }: ListOptions = {},
  ): Promise<ResourceList<T>> {
    const { items, metadata } = await translated(kind, "", this.#client.list(kind, options));
    return { items, ...metadata };
  }

  watch<T extends KubeObject>(
    kind: ResourceKind<T>,
    { shared: _, allowBookmarks, ...options }: WatchOptions = {},
  ): ResourceWatch<T> {
    const controller = new AbortController();
    const lines = this.#client.watch(
      kind,
      { ...options, ...(allowBookmarks === true && { allowWatchBookmarks: true }) },
      controller.signal,
    );
    return { close: () => controller.abort(), [Symbol.asyncIterator]: () => watchEvents(lines, controller.signal) };
  }

  async create<T extends KubeObject>(kind: ResourceKind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    return translated(kind, object.metadata.name, this.#client.create(kind, object, dryRun(options)));
  }

  async update<T extends KubeObject>(kind: ResourceKind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    return translated(kind, keyOf(object).name, this.#client.update(kind, object, undefined, dryRun(options)));
  }

  async updateStatus<T extends KubeObject>(kind: ResourceKind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    return translated(kind, keyOf(object).name, this.#client.update(kind, object, "status", dryRun(options)));
  }

  async patch<T extends KubeObject>(
    kind: ResourceKind<T>,
    key: ObjectKey,
    patch: object,
    options: PatchOptions = {},
  ): Promise<T> {
    return translated(kind, key.name, this.#client.patch(kind, key, patch, options.subresource, dryRun(options)));
  }

  async delete<T extends KubeObject>(kind: ResourceKind<T>, key: ObjectKey, options: DeleteOptions = {}): Promise<T> {
    const { dryRun: isDry, ...rest } = options;
    const sent = { ...rest, ...(isDry === true && { dryRun: ["All"] }) };
    return (await translated(kind, key.name, this.#client.delete(kind, key, sent))) as T;
  }

  async currentResourceVersion(): Promise<string> {
    throw new InvalidRequestError("a server tells its version with every list only");
  }

  async close(): Promise<void> {}
}

function dryRun(options: WriteOptions) {
  return options.dryRun === true ? { dryRun: "All" } : {};
}

async function* watchEvents<T>(
  lines: AsyncIterable<{ type: WatchEvent<T>["type"]; object: T }>,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>> {
  try {
    for await (const { type, object } of lines) {
      if (type === "BOOKMARK") yield { type, resourceVersion: (object as KubeObject).metadata.resourceVersion ?? "" };
      else yield { type, object };
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof ApiError && error.httpStatus === 410) throw new ExpiredError(error.message);
    throw error;
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
