import type { KubeObject, ResourceKind } from "@qalam/api";
import { ApiError } from "./api-error.ts";
import type { Backoff } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import { reconnecting } from "./reconnecting.ts";
import { keyText, type ObjectChange, relistChanges } from "./relist-changes.ts";
import { listAll, type ResourceList, type Scope } from "./resource-list.ts";
import { collectionPath } from "./resource-path.ts";

export interface WatchQuery<T extends KubeObject = KubeObject> extends Scope {
  /** Goes on after this list instead of beginning with what exists. */
  readonly from?: ResourceList<T>;
  /** Goes on after this version. What was seen before is not known then, so a version that the server forgot ends the watch with ApiError 410. */
  readonly resourceVersion?: string;
  /** Also yields BOOKMARK events: after what existed, then as the server sends them. */
  readonly bookmarks?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Instead of the client's own. */
  readonly backoff?: Backoff;
}

export type WatchEvent<T> = ObjectChange<T> | { readonly type: "BOOKMARK"; readonly resourceVersion: string };

/** A line of a watch as the server writes it. */
interface WatchLine<T> {
  readonly type: ObjectChange<T>["type"] | "BOOKMARK" | "ERROR";
  readonly object: T;
}

/** Every change of a kind's objects without gaps or repeats, over as many connections as it takes. Keeps the last state of each object it told of. */
export class ResumingWatch<T extends KubeObject> {
  readonly #connection: Connection;
  readonly #kind: ResourceKind<T>;
  readonly #query: WatchQuery<T>;
  /** Undefined when the caller knows objects that this watch does not. */
  readonly #known: Map<string, T> | undefined;
  /** Everything up to it was told; undefined: list first. */
  #version: string | undefined;

  constructor(connection: Connection, kind: ResourceKind<T>, query: WatchQuery<T>) {
    const { from, resourceVersion } = query;
    this.#connection = connection;
    this.#kind = kind;
    this.#query = query;
    this.#version = from?.metadata.resourceVersion ?? (resourceVersion === "0" ? undefined : resourceVersion);
    const isBlind = from === undefined && this.#version !== undefined;
    this.#known = isBlind ? undefined : new Map(from?.items.map((object) => [keyText(object), object]));
  }

  /** Ends when the signal aborts, never by itself. @throws ApiError when the server refuses the watch */
  async *events(backoff: Backoff): AsyncGenerator<WatchEvent<T>> {
    const { signal, bookmarks = false } = this.#query;
    const isRecoverable = (error: unknown): boolean => {
      if (!(error instanceof ApiError && error.isGone) || this.#known === undefined) return false;
      this.#version = undefined;
      return true;
    };
    const options = { backoff, signal, endsWithAnswer: false, isRecoverable };
    for await (const event of reconnecting(this.#connection, () => this.#goOn(), options))
      if (bookmarks || event.type !== "BOOKMARK") yield event;
  }

  /** One connection: what was missed, then changes as they come. */
  async *#goOn(): AsyncGenerator<WatchEvent<T>> {
    const { namespace = "", labelSelector, fieldSelector, signal } = this.#query;
    if (this.#version === undefined) yield* this.#relist({ namespace, labelSelector, fieldSelector } as Scope);
    const lines = this.#connection.jsonLines<WatchLine<T>>({
      path: collectionPath(this.#kind, namespace),
      query: {
        labelSelector,
        fieldSelector,
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: this.#version,
      },
      signal,
    });
    for await (const { type, object } of lines) {
      if (type === "ERROR") throw ApiError.from(object);
      this.#version = object.metadata.resourceVersion;
      if (type === "BOOKMARK") yield { type, resourceVersion: this.#version ?? "" };
      else yield this.#remembered({ type, object });
    }
  }

  async *#relist(scope: Scope): AsyncGenerator<WatchEvent<T>> {
    const list = await listAll(this.#connection, this.#kind, { ...scope, signal: this.#query.signal });
    const { resourceVersion } = list.metadata;
    const changes = relistChanges(this.#known ?? new Map(), list.items, resourceVersion);
    for (const change of changes) yield this.#remembered(change);
    this.#version = resourceVersion;
    yield { type: "BOOKMARK", resourceVersion };
  }

  #remembered(change: ObjectChange<T>): ObjectChange<T> {
    const key = keyText(change.object);
    if (change.type === "DELETED") this.#known?.delete(key);
    else this.#known?.set(key, change.object);
    return change;
  }
}
