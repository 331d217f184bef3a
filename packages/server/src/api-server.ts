import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ContainerLogs, ObservationStore, ResourceStore } from "@qalam/store";
import type { Admission } from "./admission.ts";
import { authorize, splitTokenPath } from "./authorize.ts";
import { EventsView } from "./events-view.ts";
import { handleFixed } from "./fixed-answers.ts";
import { handleLog } from "./log-handler.ts";
import { handleObservations } from "./observations-handler.ts";
import { handleResource } from "./resource-handlers.ts";
import { parseResourcePath } from "./resource-path.ts";
import { sendFailure } from "./respond.ts";
import { EVENTS_VIEW } from "./served-kinds.ts";
import { RequestError, statusOf } from "./status-error.ts";

export interface ApiServerOptions {
  readonly store: ResourceStore;
  readonly observations: ObservationStore;
  readonly logs: ContainerLogs;
  readonly admission: Admission;
  /** Bearer token that every request must carry. */
  readonly token: string;
  /** Faults of the server itself; clients only learn that there was one. */
  readonly onError: (where: string, error: Error) => void;
}

export interface ApiServer {
  /** `http://127.0.0.1:<port>`. */
  readonly address: string;
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
  const server = createServer({ requestTimeout: 0, headersTimeout: 30_000 }, (request, response) => {
    answer(request, response, { ...options, events }, since).catch((error: Error) =>
      fail(error, request, response, options),
    );
  });
  const host = listen.host ?? "127.0.0.1";
  await listening(server, listen.port, host);
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://${host}:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
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
  options: ApiServerOptions & { readonly events: EventsView },
  since: string,
): Promise<void> {
  const url = parseUrl(request.url ?? "/");
  const { path: pathname, token } = splitTokenPath(url.pathname);
  authorize(request, pathname, token, options);
  const path = parseResourcePath(pathname);
  if (path === undefined) return handleFixed(request, response, pathname, since);
  const context = { request, response, path, query: url.searchParams };
  if (path.kind.kind === "Pod" && path.subresource === "log") return handleLog(context, options.store, options.logs);
  if (path.kind.kind === "Trial" && path.subresource === "observations")
    return handleObservations(context, options.store, options.observations);
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
