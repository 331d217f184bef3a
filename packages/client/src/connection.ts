import { ApiError } from "./api-error.ts";
import { type Backoff, exponentialBackoff } from "./backoff.ts";
import { ConnectionError } from "./connection-error.ts";
import { type Query, queryText } from "./query-text.ts";
import { chunksOf, linesOf } from "./read-body.ts";
import { warningsOf } from "./warnings.ts";

export interface ConnectionOptions {
  /**
   * For example `http://127.0.0.1:7071`; empty in a page that the server itself serves. A function is asked before every request, for a
   * server that may come back at another address.
   */
  readonly baseUrl: string | (() => string);
  /** Sent as `Authorization: Bearer`; absent when cookies or certificates say who asks. */
  readonly token?: string;
  /** The platform's own by default. */
  readonly fetch?: typeof fetch;
  /** Told of every warning the server sends, for example an unknown field. */
  readonly onWarning?: (text: string) => void;
  /** Waits before a request is made again that the server asked to repeat, and before a watch, log or series is taken up again; throws to give up. @default exponentialBackoff */
  readonly backoff?: Backoff;
}

/** Times a request is made again when the server asks for it, as in Kubernetes' own client. */
const REPETITIONS = 10;
/** A server that asks to wait longer has refused. */
const LONGEST_WAIT_SECONDS = 60;

export interface Request {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
  /** Instead of the connection's own. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** Requests to one server. Every refusal is an ApiError, every failure to reach it a ConnectionError; an abort is the signal's own reason. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #fetch: typeof fetch;
  #hasAnswered = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    // Never called as a method of something else: browsers refuse that.
    const own = options.fetch;
    this.#fetch = own === undefined ? (input, init) => fetch(input, init) : (input, init) => own(input, init);
  }

  /** Whether the server ever answered, so that a failure cannot come from a wrong address. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** @returns the parsed body of the answer */
  async json<T>(request: Request): Promise<T> {
    const response = await this.#send(request);
    const text = await this.#whole(response, request);
    try {
      return JSON.parse(text) as T;
    } catch {
      const message = `${this.#address}${request.path} answered with something that is not JSON: is this a Kubernetes API server?`;
      throw new ApiError(response.status, "Unknown", message);
    }
  }

  /** The answer as it comes. Ends quietly when the signal aborts. */
  async *bytes(request: Request): AsyncGenerator<Uint8Array> {
    try {
      const response = await this.#send(request);
      yield* chunksOf(response);
    } catch (error) {
      if (request.signal?.aborted !== true) throw this.#told(error);
    }
  }

  /** Each line of the answer, parsed, as it comes. Ends quietly when the signal aborts. */
  async *jsonLines<T>(request: Request): AsyncGenerator<T> {
    for await (const line of linesOf(this.bytes(request))) {
      if (request.signal?.aborted === true) return; // what came of a line before that may be half of it
      if (line !== "") yield this.#parsedLine<T>(line);
    }
  }

  #parsedLine<T>(line: string): T {
    try {
      return JSON.parse(line) as T;
    } catch (error) {
      throw this.#told(error);
    }
  }

  /** A server that is overloaded or starting says when to come again (429 or 5xx with Retry-After); it has done nothing yet. */
  async #send(request: Request): Promise<Response> {
    const { signal } = request;
    for (let attempt = 0; ; attempt++) {
      const response = await this.#ask(request);
      if (response.ok) return response;
      const body: unknown = await response.json().catch(() => undefined);
      const error = ApiError.from(body, response.status, response.headers.get("retry-after"));
      const { retryAfterSeconds = Number.POSITIVE_INFINITY } = error;
      if (retryAfterSeconds > LONGEST_WAIT_SECONDS || attempt === REPETITIONS) throw error;
      await (this.#options.backoff ?? exponentialBackoff)({ attempt, error, signal });
    }
  }

  async #ask({ method = "GET", path, query = {}, body, contentType, signal, onWarning }: Request): Promise<Response> {
    const { token } = this.#options;
    const address = `${this.#address}${path}${queryText(query)}`;
    const response = await this.#fetch(address, {
      method,
      headers: {
        accept: "application/json",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": contentType ?? "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal != null && { signal }),
    }).catch((error: unknown) => {
      throw signal?.aborted === true ? error : this.#told(error);
    });
    this.#hasAnswered = true;
    for (const text of warningsOf(response.headers)) (onWarning ?? this.#options.onWarning)?.(text);
    return response;
  }

  async #whole(response: Response, { signal }: Request): Promise<string> {
    try {
      return await response.text();
    } catch (error) {
      throw signal?.aborted === true ? error : this.#told(error);
    }
  }

  /** Platforms tell a broken connection in errors of many kinds. */
  #told(error: unknown): unknown {
    return error instanceof ApiError || error instanceof ConnectionError
      ? error
      : new ConnectionError(this.#address, error);
  }

  get #address(): string {
    const { baseUrl } = this.#options;
    return (typeof baseUrl === "string" ? baseUrl : baseUrl()).replace(/\/$/, "");
  }
}
