import { X509Certificate } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, isIP } from "node:net";
import { SUCCESSOR_HEADER } from "@qalam/api";
import type { ContainerLogs, ObservationStore, ResourceStore } from "@qalam/store";
import type { Admission } from "./admission.ts";
import { type Authorize, newAuthorization, splitTokenPath } from "./authorize.ts";
import { EventsView } from "./events-view.ts";
import { handleFixed } from "./fixed-answers.ts";
import { handleLog } from "./log-handler.ts";
import { handleObservations } from "./observations-handler.ts";
import { handleResource } from "./resource-handlers.ts";
import { parseResourcePath, type ResourcePath } from "./resource-path.ts";
import { sendFailure } from "./respond.ts";
import { EVENTS_VIEW } from "./served-kinds.ts";
import { RequestError, statusOf } from "./status-error.ts";
import { createTlsListener, type TlsListener, type TlsOptions } from "./tls-listener.ts";

export interface ApiServerOptions {
  readonly store: ResourceStore;
  readonly observations: ObservationStore;
  readonly logs: ContainerLogs;
  readonly admission: Admission;
  /** Bearer token that every request must carry. */
  readonly token: string;
  /** Serves HTTPS; plain HTTP on the same port may report metrics and nothing else. */
  readonly tls?: TlsOptions;
  /** Faults of the server itself; clients only learn that there was one. */
  readonly onError: (where: string, error: Error) => void;
}

export interface ApiServer {
  /** `http://127.0.0.1:<port>`, or `https://…`. */
  readonly address: string;
  /** True while a client is connected that will serve in its stead. */
  hasSuccessor(): boolean;
  close(): Promise<void>;
}

/**
 * Serves the Kubernetes REST API over a store, so that kubectl and SDKs work without a cluster.
 * @param port 0 picks a free one. @throws RequestError naming the port when it is taken
 */
export async function startApiServer(
  options: ApiServerOptions,
  listen: { readonly port: number; readonly host?: string } = { port: 0 },
): Promise<ApiServer> {
  const since = `${new Date().toISOString().slice(0, 19)}Z`;
  const events = new EventsView(options.store);
  const certificate = options.tls && new X509Certificate(options.tls.cert);
  const isOwnHost = (name: string) => certificate !== undefined && isNamedIn(certificate, name);
  const authorize = newAuthorization({ token: options.token, isOwnHost });
  const successors = new Set<ServerResponse>();
  const handle = (request: IncomingMessage, response: ServerResponse, isMisdirected: boolean) => {
    if (request.headers[SUCCESSOR_HEADER] !== undefined) {
      successors.add(response);
      response.on("close", () => successors.delete(response));
    }
    answer(request, response, { ...options, events, authorize, isMisdirected }, since).catch((error: Error) =>
      fail(error, request, response, options),
    );
  };
  const { server, closeConnections } = createListener(options.tls, handle);
  const host = listen.host ?? "127.0.0.1";
  await listening(server, listen.port, host);
  const { port } = server.address() as AddressInfo;
  return {
    address: `${options.tls === undefined ? "http" : "https"}://${host}:${port}`,
    hasSuccessor: () => successors.size > 0,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        closeConnections();
      }),
  };
}

function isNamedIn(certificate: X509Certificate, host: string): boolean {
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}

/** Long answers are watches and logs, so that there is no limit of their time. */
const LIMITS = { requestTimeout: 0, headersTimeout: 30_000 };

/** @param handle told whether plain HTTP came to a port of HTTPS */
function createListener(
  tls: TlsOptions | undefined,
  handle: (request: IncomingMessage, response: ServerResponse, isMisdirected: boolean) => void,
): TlsListener {
  const usual: RequestListener = (request, response) => handle(request, response, false);
  if (tls !== undefined)
    return createTlsListener(tls, LIMITS, {
      secure: usual,
      plain: (request, response) => handle(request, response.setHeader("connection", "close"), true),
    });
  const server = createServer(LIMITS, usual);
  return { server, closeConnections: () => server.closeAllConnections() };
}

/** What a training may say in plain HTTP, as it need not know the certificate. */
function isReport({ method }: IncomingMessage, path: ResourcePath | undefined): boolean {
  return method === "POST" && path !== undefined && isObservations(path);
}

/** The refusal of plain HTTP on a port of HTTPS. It is in the log too: kubectl does not show the text of a 400. */
function misdirected(onError: ApiServerOptions["onError"]): RequestError {
  const error = new RequestError(
    400,
    "this port speaks HTTPS and was asked in plain HTTP: ask for https:// (`qalam kubeconfig` writes the address and the certificate for kubectl)",
  );
  onError("a client", error);
  return error;
}

function isObservations({ kind, subresource }: ResourcePath): boolean {
  return kind.kind === "Trial" && subresource === "observations";
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new RequestError(
              500,
              `port ${port} of ${host} is taken by another program; choose another with --port, or 0 for any free one`,
            )
          : error,
      ),
    );
    server.listen(port, host, () => resolve());
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: ApiServerOptions & {
    readonly authorize: Authorize;
    readonly events: EventsView;
    readonly isMisdirected: boolean;
  },
  since: string,
): Promise<void> {
  const url = parseUrl(request.url ?? "/");
  const { path: pathname, token } = splitTokenPath(url.pathname);
  const path = parseResourcePath(pathname);
  if (options.isMisdirected && !isReport(request, path)) throw misdirected(options.onError);
  options.authorize(request, pathname, token);
  if (path === undefined) return handleFixed(request, response, pathname, since);
  const context = { request, response, path, query: url.searchParams };
  if (path.kind.kind === "Pod" && path.subresource === "log") return handleLog(context, options.store, options.logs);
  if (isObservations(path)) return handleObservations(context, options.store, options.observations);
  if (path.kind === EVENTS_VIEW) return handleResource(context, { ...options, store: options.events });
  return handleResource(context, options);
}

function parseUrl(text: string): URL {
  try {
    return new URL(text, "http://localhost");
  } catch {
    throw new RequestError(400, "the request's address cannot be read");
  }
}

function fail(error: Error, request: IncomingMessage, response: ServerResponse, { onError }: ApiServerOptions): void {
  const status = statusOf(error);
  if (status.code >= 500)
    onError(`${request.method} ${splitTokenPath((request.url ?? "").split("?")[0] ?? "").path}`, error);
  if (response.headersSent || response.destroyed) return void response.destroy();
  if (status.code === 413 || status.code === 401 || status.code === 403) response.setHeader("connection", "close");
  sendFailure(request, response, status);
}
