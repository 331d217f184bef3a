import { apiVersionOf, type KubeObject, type ObjectKey, type ResourceKind } from "@qalam/api";
import { ApiError } from "./api-error.ts";
import { type Backoff, exponentialBackoff } from "./backoff.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { type LogQuery, podLogs } from "./pod-logs.ts";
import { linesOf } from "./read-body.ts";
import type { ObjectChange } from "./relist-changes.ts";
import { type ListQuery, listAll, listOnce, listPages, type ResourceList, type Scope } from "./resource-list.ts";
import { collectionPath, objectPath } from "./resource-path.ts";
import { ResumingWatch, type WatchEvent, type WatchQuery } from "./resuming-watch.ts";
import {
  followTrialObservations,
  type ObservationQuery,
  type ObservationRow,
  type Observations,
  type ReportOptions,
  reportTrialObservations,
  streamTrialObservations,
  trialObservations,
} from "./trial-observations.ts";
import {
  type ApplyOptions,
  type DeleteOptions,
  deleteBody,
  type NewObject,
  type Part,
  type Patch,
  patchBody,
  type WriteOptions,
  writeQuery,
} from "./write-requests.ts";

export type ClientOptions = ConnectionOptions;

/**
 * A typed client of the Kubernetes API that Qalam serves, for browsers and Node: the kind says what the objects look like. Refusals are
 * ApiErrors, an unreachable server is a ConnectionError. What takes a signal stops when it aborts: requests with the signal's reason,
 * streams by ending.
 */
export class Client {
  readonly #connection: Connection;
  readonly #backoff: Backoff;

  constructor(options: ClientOptions) {
    this.#connection = new Connection(options);
    this.#backoff = options.backoff ?? exponentialBackoff;
  }

  /** @returns undefined when there is no such object; a kind that the server does not know is an ApiError */
  async get<T extends KubeObject>(
    kind: ResourceKind<T>,
    key: ObjectKey,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<T | undefined> {
    try {
      return await this.#connection.json<T>({ path: objectPath(kind, key), signal });
    } catch (error) {
      if (error instanceof ApiError && error.isNotFound && error.details.name !== undefined) return undefined;
      throw error;
    }
  }

  /** One page, or everything without a limit. */
  list<T extends KubeObject>(kind: ResourceKind<T>, query: ListQuery = {}): Promise<ResourceList<T>> {
    return listOnce(this.#connection, kind, query);
  }

  /** Pages of one snapshot, 500 objects each unless `limit` says otherwise. @throws ApiError 410 when reading takes too long */
  pages<T extends KubeObject>(kind: ResourceKind<T>, query: ListQuery = {}): AsyncGenerator<ResourceList<T>> {
    return listPages(this.#connection, kind, query);
  }

  /** Everything, read in pages; starts over when the server forgets the snapshot meanwhile. */
  listAll<T extends KubeObject>(
    kind: ResourceKind<T>,
    query: Omit<ListQuery, "continue"> = {},
  ): Promise<ResourceList<T>> {
    return listAll(this.#connection, kind, query);
  }

  /**
   * What exists and then every change, until the signal aborts. A connection that ends is taken up where it stopped; when the server no
   * longer knows that point, the difference is told as if it had been watched.
   */
  watch<T extends KubeObject>(
    kind: ResourceKind<T>,
    query: WatchQuery<T> & { readonly bookmarks: boolean },
  ): AsyncGenerator<WatchEvent<T>>;
  watch<T extends KubeObject>(
    kind: ResourceKind<T>,
    query?: Omit<WatchQuery<T>, "bookmarks">,
  ): AsyncGenerator<ObjectChange<T>>;
  watch<T extends KubeObject>(kind: ResourceKind<T>, query: WatchQuery<T> = {}): AsyncGenerator<WatchEvent<T>> {
    return new ResumingWatch(this.#connection, kind, query).events(query.backoff ?? this.#backoff);
  }

  /** @returns the object as it was stored: with defaults, uid and version */
  create<T extends KubeObject>(kind: ResourceKind<T>, object: NewObject<T>, options: WriteOptions = {}): Promise<T> {
    const path = collectionPath(kind, object.metadata.namespace || "default");
    return this.#write<T>("POST", path, options, { body: withType(kind, object) });
  }

  /** Replaces an object. With `metadata.resourceVersion` only if nobody else changed it since. */
  update<T extends KubeObject>(kind: ResourceKind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    return this.#write<T>("PUT", pathOf(kind, object, options), options, { body: withType(kind, object) });
  }

  /** Changes parts of an object: `{ merge: { spec: { parallelTrialCount: 4 } } }`. */
  patch<T extends KubeObject>(
    kind: ResourceKind<T>,
    key: ObjectKey,
    patch: Patch<T>,
    options: WriteOptions = {},
  ): Promise<T> {
    return this.#write<T>("PATCH", objectPath(kind, key, options.subresource), options, patchBody(patch));
  }

  /** Server-side apply: the object will have these fields, and no more of those that this manager applied before. Creates it if need be. */
  apply<T extends KubeObject>(
    kind: ResourceKind<T>,
    object: Part<T> & { metadata: { name: string } },
    options: ApplyOptions,
  ): Promise<T> {
    const body = withType(kind, object);
    const patch = { body, contentType: "application/apply-patch+yaml" };
    return this.#write<T>("PATCH", pathOf(kind, object, options), options, patch, { force: options.force });
  }

  /** @returns the object while finalizers keep it, undefined when it is gone */
  async delete<T extends KubeObject>(
    kind: ResourceKind<T>,
    key: ObjectKey,
    options: DeleteOptions = {},
  ): Promise<T | undefined> {
    const { signal } = options;
    const request = { method: "DELETE", path: objectPath(kind, key), body: deleteBody(options), signal } as const;
    const answer = await this.#connection.json<KubeObject>(request);
    return answer.kind === "Status" ? undefined : (answer as T);
  }

  /** Deletes everything of a namespace that matches the selectors. @returns the objects as they were */
  async deleteCollection<T extends KubeObject>(
    kind: ResourceKind<T>,
    { namespace, ...query }: Scope & { readonly namespace: string },
    options: DeleteOptions = {},
  ): Promise<T[]> {
    const request = { method: "DELETE", path: collectionPath(kind, namespace), query: { ...query } } as const;
    const { signal } = options;
    const list = await this.#connection.json<ResourceList<T>>({ ...request, body: deleteBody(options), signal });
    return list.items;
  }

  /** A container's output in bytes; with `follow` until it ends. */
  logs(pod: ObjectKey, query: LogQuery = {}): AsyncGenerator<Uint8Array> {
    return podLogs(this.#connection, pod, query, query.backoff ?? this.#backoff);
  }

  /** A container's output line by line. */
  logLines(pod: ObjectKey, query: LogQuery = {}): AsyncGenerator<string> {
    return linesOf(this.logs(pod, query));
  }

  /** The metric rows of a trial and the summary of each metric. */
  observations(trial: ObjectKey, query: ObservationQuery = {}): Promise<Observations> {
    return trialObservations(this.#connection, trial, query);
  }

  /** All metric rows of a trial, some at a time: millions need no more memory than a few. */
  streamObservations(trial: ObjectKey, query: ObservationQuery = {}): AsyncGenerator<ObservationRow[]> {
    return streamTrialObservations(this.#connection, trial, query);
  }

  /** Reports values of metrics, from a training: `{ loss: 0.5 }`. @returns how many were new. @throws ApiError when the trial has ended */
  report(
    trial: ObjectKey,
    metrics: Readonly<Record<string, number | string>>,
    options: ReportOptions = {},
  ): Promise<number> {
    return reportTrialObservations(this.#connection, trial, metrics, options);
  }

  /** Metric rows of a trial as they come: first those there are, then new ones, until it has ended. */
  followObservations(trial: ObjectKey, query: ObservationQuery = {}): AsyncGenerator<ObservationRow[]> {
    return followTrialObservations(this.#connection, trial, query, this.#backoff);
  }

  #write<T>(
    method: "POST" | "PUT" | "PATCH",
    path: string,
    options: WriteOptions,
    content: { body: unknown; contentType?: string },
    query: { readonly force?: boolean | undefined } = {},
  ): Promise<T> {
    const { signal, onWarning } = options;
    return this.#connection.json<T>({
      method,
      path,
      query: { ...writeQuery(options), ...query },
      ...content,
      signal,
      onWarning,
    });
  }
}

function withType(kind: ResourceKind, object: object): object {
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, ...object };
}

function pathOf(kind: ResourceKind, object: { metadata: object }, { subresource }: WriteOptions): string {
  const { namespace = "", name = "" } = object.metadata as Partial<KubeObject["metadata"]>;
  return objectPath(kind, { namespace, name }, subresource);
}
