import { apiVersionOf, type KubeObject, type Metric, type ObjectKey, type ResourceKind } from "@qalam/api";
import { ApiError } from "./api-error.ts";
import { jsonLines } from "./json-lines.ts";

export interface ClientOptions {
  /** For example `http://127.0.0.1:7070`. */
  readonly baseUrl: string;
  readonly token: string;
  /** The platform's own by default. */
  readonly fetch?: typeof fetch;
}

export interface ListQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
}

export type WatchLine<T> = { readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK"; readonly object: T };

/** A typed client of the Kubernetes API that Qalam serves. Every failure is an ApiError with the server's Status. Runs in browsers and Node. */
export class Client {
  readonly #options: ClientOptions;
  readonly #fetch: typeof fetch;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? fetch;
  }

  /** @returns undefined when there is none */
  async get<T extends KubeObject>(kind: ResourceKind<T>, key: ObjectKey): Promise<T | undefined> {
    try {
      return await this.#json<T>("GET", pathOf(kind, key.namespace, key.name));
    } catch (error) {
      if (error instanceof ApiError && error.httpStatus === 404) return undefined;
      throw error;
    }
  }

  async list<T extends KubeObject>(
    kind: ResourceKind<T>,
    query: ListQuery = {},
  ): Promise<{ items: T[]; metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number } }> {
    const { namespace = "", ...rest } = query;
    return this.#json("GET", pathOf(kind, namespace), rest);
  }

  async create<T extends KubeObject>(kind: ResourceKind<T>, object: T, query: Query = {}): Promise<T> {
    return this.#json("POST", pathOf(kind, object.metadata.namespace ?? "default"), query, object);
  }

  /** @param subresource `status` changes the status alone */
  async update<T extends KubeObject>(
    kind: ResourceKind<T>,
    object: T,
    subresource?: "status",
    query: Query = {},
  ): Promise<T> {
    return this.#json(
      "PUT",
      pathOf(kind, object.metadata.namespace ?? "default", object.metadata.name, subresource),
      query,
      object,
    );
  }

  /** JSON merge patch. */
  async patch<T extends KubeObject>(
    kind: ResourceKind<T>,
    key: ObjectKey,
    patch: object,
    subresource?: "status",
    query: Query = {},
  ): Promise<T> {
    return this.#json(
      "PATCH",
      pathOf(kind, key.namespace, key.name, subresource),
      query,
      patch,
      "application/merge-patch+json",
    );
  }

  async delete(kind: ResourceKind, key: ObjectKey, options: object = {}): Promise<KubeObject> {
    return this.#json("DELETE", pathOf(kind, key.namespace, key.name), {}, options);
  }

  /** Changes as they come; ends when the server or `signal` ends it. @throws ApiError 410 when the version is too old: list again */
  async *watch<T extends KubeObject>(
    kind: ResourceKind<T>,
    query: ListQuery & { readonly resourceVersion?: string; readonly allowWatchBookmarks?: boolean },
    signal?: AbortSignal,
  ): AsyncGenerator<WatchLine<T>> {
    const { namespace = "", ...rest } = query;
    const response = await this.#request(
      "GET",
      pathOf(kind, namespace),
      { ...rest, watch: true },
      { ...(signal !== undefined && { signal }) },
    );
    for await (const line of jsonLines<{ type: string; object: T }>(response)) {
      if (line.type === "ERROR") throw ApiError.from(line.object);
      yield line as WatchLine<T>;
    }
  }

  /** A container's output; with `follow` until it ends. */
  async *logs(pod: ObjectKey, query: Query, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const response = await this.#request(
      "GET",
      `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}/log`,
      query,
      { ...(signal !== undefined && { signal }) },
    );
    if (response.body !== null)
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) yield chunk;
  }

  /** Metric rows and summaries of a trial. */
  async observations(trial: ObjectKey, query: Query = {}): Promise<{ metrics: Metric[]; rows: ObservationRow[] }> {
    return this.#json("GET", observationsPath(trial), query);
  }

  /** Metric rows of a trial: those there are and then new ones, until it has ended. */
  async *followObservations(
    trial: ObjectKey,
    query: Query = {},
    signal?: AbortSignal,
  ): AsyncGenerator<ObservationRow[]> {
    const response = await this.#request(
      "GET",
      observationsPath(trial),
      { ...query, watch: true },
      { ...(signal !== undefined && { signal }) },
    );
    for await (const { rows } of jsonLines<{ rows: ObservationRow[] }>(response)) yield rows;
  }

  async #json<T>(
    method: string,
    path: string,
    query: Query = {},
    body?: unknown,
    contentType = "application/json",
  ): Promise<T> {
    const response = await this.#request(
      method,
      path,
      query,
      body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": contentType } },
    );
    return (await response.json()) as T;
  }

  async #request(method: string, path: string, query: Query, init: RequestInit): Promise<Response> {
    const { baseUrl, token } = this.#options;
    const response = await this.#fetch(`${baseUrl}${path}${queryText(query)}`, {
      ...init,
      method,
      headers: { ...init.headers, authorization: `Bearer ${token}`, accept: "application/json" },
    });
    if (response.ok) return response;
    throw ApiError.from(await response.json().catch(() => ({ message: response.statusText, code: response.status })));
  }
}

/** One reported value of one metric. */
export interface ObservationRow {
  readonly metric: string;
  readonly value: string;
  /** RFC 3339. */
  readonly time: string;
  readonly step?: number;
  readonly source: string;
  readonly sequence: number;
}

function observationsPath({ namespace, name }: ObjectKey): string {
  return `/apis/kubeflow.org/v1beta1/namespaces/${encodeURIComponent(namespace)}/trials/${encodeURIComponent(name)}/observations`;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

function queryText(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== false) parameters.set(name, String(value));
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

function pathOf(kind: ResourceKind, namespace: string, name?: string, subresource?: string): string {
  const root = kind.group === "" ? `/api/${kind.version}` : `/apis/${apiVersionOf(kind)}`;
  const scope = kind.namespaced && namespace !== "" ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return [`${root}${scope}/${kind.plural}`, name === undefined ? undefined : encodeURIComponent(name), subresource]
    .filter((part) => part !== undefined)
    .join("/");
}
