import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ContainerLogs, ObservationStore, ResourceStore } from "@qalam/store";
import type { Admission } from "./admission.ts";
import { authorize, splitTokenPath } from "./authorize.ts";
import { customResourceDefinitions } from "./custom-resource-definitions.ts";
import { aggregatedDiscovery, coreVersions, GROUP_VERSIONS, groupList, resourceList } from "./discovery.ts";
import { handleLog } from "./log-handler.ts";
import { handleObservations } from "./observations-handler.ts";
import { openApiDocument, openApiIndex } from "./openapi.ts";
import { handleResource } from "./resource-handlers.ts";
import { parseResourcePath } from "./resource-path.ts";
import { send } from "./respond.ts";
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
  const server = createServer({ requestTimeout: 0, headersTimeout: 30_000 }, (request, response) => {
    answer(request, response, options, since).catch((error: Error) => fail(error, request, response, options));
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
  options: ApiServerOptions,
  since: string,
): Promise<void> {
  const url = parseUrl(request.url ?? "/");
  const { path: pathname, token } = splitTokenPath(url.pathname);
  authorize(request, pathname, token, options);
  const path = parseResourcePath(pathname);
  const discovery = aggregatedVersion(request);
  if (discovery !== undefined && (pathname === "/api" || pathname === "/apis"))
    return send(
      response,
      200,
      aggregatedDiscovery(discovery, pathname === "/api"),
      `application/json;g=apidiscovery.k8s.io;v=${discovery};as=APIGroupDiscoveryList`,
    );
  if (path === undefined) return send(response, 200, fixedAnswer(pathname, request, since));
  const context = { request, response, path, query: url.searchParams };
  if (path.kind.kind === "Pod" && path.subresource === "log") return handleLog(context, options.store, options.logs);
  if (path.kind.kind === "Trial" && path.subresource === "observations")
    return handleObservations(context, options.store, options.observations);
  return handleResource(context, options);
}

function parseUrl(text: string): URL {
  try {
    return new URL(text, "http://localhost");
  } catch {
    throw new RequestError(400, "the request's address cannot be read");
  }
}

/** The newest form of discovery that the client understands, if any. */
function aggregatedVersion(request: IncomingMessage): "v2" | "v2beta1" | undefined {
  const accept = request.headers.accept ?? "";
  return (["v2", "v2beta1"] as const).find((version) =>
    new RegExp(`g=apidiscovery\\.k8s\\.io;v=${version}(;|,|$)`).test(accept),
  );
}

/** Everything that is not a resource: discovery, OpenAPI, CRDs, health. @throws RequestError 404 */
function fixedAnswer(path: string, request: IncomingMessage, since: string): unknown {
  if (request.method !== "GET" && request.method !== "HEAD") return review(path, request);
  if (path === "/api") return coreVersions(request.headers.host ?? "");
  if (path === "/apis") return groupList();
  if (path === "/version")
    return { major: "1", minor: "30", gitVersion: "v1.30.0+qalam", platform: `${process.platform}/${process.arch}` };
  if (path === "/healthz" || path === "/livez" || path === "/readyz") return "ok";
  if (path === "/openapi/v3") return openApiIndex();
  const groupVersion = path.replace(/^\/apis?\//, "");
  if (/^\/apis?\//.test(path) && GROUP_VERSIONS.includes(groupVersion)) return resourceList(groupVersion);
  const document = path.startsWith("/openapi/v3/") ? openApiDocument(path.slice("/openapi/v3/".length)) : undefined;
  if (document !== undefined) return document;
  const crd = /^\/apis\/apiextensions\.k8s\.io\/v1\/customresourcedefinitions(?:\/([^/]+))?$/.exec(path);
  if (crd !== null) return crds(crd[1], since);
  throw new RequestError(404, "the server could not find the requested resource");
}

function crds(name: string | undefined, since: string): object {
  const items = customResourceDefinitions(since);
  if (name === undefined)
    return {
      kind: "CustomResourceDefinitionList",
      apiVersion: "apiextensions.k8s.io/v1",
      metadata: { resourceVersion: "1" },
      items,
    };
  const found = items.find((item) => (item as { metadata: { name: string } }).metadata.name === name);
  if (found === undefined)
    throw new RequestError(404, `customresourcedefinitions.apiextensions.k8s.io "${name}" not found`);
  return found;
}

/** Whoever has the token may do everything: access reviews say so. */
function review(path: string, request: IncomingMessage): object {
  const match = /^\/apis\/authorization\.k8s\.io\/v1\/(selfsubjectaccessreviews)$/.exec(path);
  if (match === null || request.method !== "POST")
    throw new RequestError(404, "the server could not find the requested resource");
  request.resume();
  return {
    kind: "SelfSubjectAccessReview",
    apiVersion: "authorization.k8s.io/v1",
    metadata: { creationTimestamp: null },
    spec: {},
    status: { allowed: true },
  };
}

function fail(error: Error, request: IncomingMessage, response: ServerResponse, { onError }: ApiServerOptions): void {
  const status = statusOf(error);
  if (status.code >= 500)
    onError(`${request.method} ${splitTokenPath((request.url ?? "").split("?")[0] ?? "").path}`, error);
  if (response.headersSent || response.destroyed) return void response.destroy();
  if (status.code === 413 || status.code === 401 || status.code === 403) response.setHeader("connection", "close");
  send(response, status.code, status);
}
