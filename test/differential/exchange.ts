import { type IncomingMessage, request as plainRequest, type RequestOptions } from "node:http";
import { request as secureRequest } from "node:https";

/** A server to ask. */
export interface Endpoint {
  readonly address: string;
  readonly token: string;
  /** Certificate authority, PEM, of a server with TLS. */
  readonly authority?: string;
}

export interface Request {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** An object is sent as JSON, text and bytes as they are. */
  readonly body?: unknown;
  /** Of the body; JSON when absent. */
  readonly type?: string;
  readonly accept?: string;
  /** Reads this many lines of a watch, then goes. */
  readonly lines?: number;
}

export interface Answer {
  readonly status: number;
  /** Headers that clients look at. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** JSON as a value, a watch as a list of events, protobuf as bytes, anything else as text. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are read field by field
  readonly body: any;
}

/** What this server answered to an earlier exchange of the table. */
// biome-ignore lint/suspicious/noExplicitAny: answers are read field by field
export type Recall = (exchange: string) => any;

/** One request that both servers get. Path and body may be functions of what the same server said before (`Recall`). */
export interface Exchange extends Omit<Request, "path"> {
  /** Unique over all tables; documents and reports use it. */
  readonly name: string;
  readonly path: string | ((recall: Recall) => string);
  /** Compares what both have in common: a cluster serves more kinds than Qalam. */
  readonly servedOnly?: boolean;
}

const comparedHeaders = ["content-type", "warning", "cache-control", "allow", "retry-after", "location"];
const ANSWER_WITHIN_MS = 20_000;

/** Sends an exchange's request to a server. */
export function exchangeWith(endpoint: Endpoint, exchange: Exchange, recall: Recall): Promise<Answer> {
  const { path, body } = exchange;
  return ask(endpoint, {
    ...exchange,
    path: typeof path === "function" ? path(recall) : path,
    body: typeof body === "function" ? (body as (recall: Recall) => unknown)(recall) : body,
  });
}

/** @throws when the server does not answer */
export function ask(endpoint: Endpoint, request: Request): Promise<Answer> {
  const { address, token, authority } = endpoint;
  const { method, path, body, type = "application/json", accept = "application/json" } = request;
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  const content = isRaw ? body : body === undefined ? "" : JSON.stringify(body);
  const options: RequestOptions & { ca?: string } = {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      "user-agent": "differential/1.0",
      accept,
      ...(body !== undefined && { "content-type": type, "content-length": Buffer.byteLength(content) }),
    },
    timeout: ANSWER_WITHIN_MS,
    ...(authority !== undefined && { ca: authority }),
  };
  return new Promise((resolve, reject) => {
    const send = authority === undefined ? plainRequest : secureRequest;
    const sent = send(address + path, options, (response) => read(response, request.lines).then(resolve, reject));
    sent.on("error", reject);
    sent.on("timeout", () => sent.destroy(new Error(`${method} ${path}: no answer within ${ANSWER_WITHIN_MS} ms`)));
    sent.end(content);
  });
}

async function read(response: IncomingMessage, lines: number | undefined): Promise<Answer> {
  let text = "";
  const isProtobuf = /protobuf/.test(response.headers["content-type"] ?? "");
  response.setEncoding(isProtobuf ? "latin1" : "utf8");
  for await (const chunk of response) {
    text += chunk;
    if (lines !== undefined && text.split("\n").length > lines) break;
  }
  const headers = Object.fromEntries(
    comparedHeaders
      .filter((name) => response.headers[name] !== undefined)
      .map((name) => [name, response.headers[name]]),
  );
  const isWatch = lines !== undefined && response.statusCode === 200;
  return {
    status: response.statusCode ?? 0,
    headers,
    body: isWatch
      ? text.split("\n").slice(0, lines).filter(Boolean).map(parsed)
      : isProtobuf
        ? Buffer.from(text, "latin1")
        : parsed(text),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
