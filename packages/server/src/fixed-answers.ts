import type { IncomingMessage, ServerResponse } from "node:http";
import type { KubeObject } from "@qalam/api";
import { NotFoundError } from "@qalam/store";
import { customResourceDefinitions } from "./custom-resource-definitions.ts";
import {
  aggregatedDiscovery,
  apiGroup,
  CRD,
  coreVersions,
  GROUP_VERSIONS,
  groupList,
  resourceList,
} from "./discovery.ts";
import { listItem } from "./list-options.ts";
import { negotiate } from "./negotiate.ts";
import type { OpenApiDocument } from "./openapi/document.ts";
import { openApiV2 } from "./openapi/openapi-v2.ts";
import { openApiIndex, openApiV3 } from "./openapi/openapi-v3.ts";
import { noSuchMethod, noSuchPath } from "./resource-request.ts";
import { send, sendObject, sendText } from "./respond.ts";
import { reviewAnswer } from "./reviews.ts";
import { partialMetadata } from "./tables.ts";

/** Answers everything that is not a stored resource: discovery, OpenAPI, CRDs, reviews, health. @throws RequestError 404 */
export async function handleFixed(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  since: string,
): Promise<void> {
  const review = await reviewAnswer(path, request);
  if (review !== undefined) return sendObject(request, response, 201, review);
  if (path === "/healthz" || path === "/livez" || path === "/readyz")
    return sendText(response, 200, "ok", "text/plain; charset=utf-8");
  if (request.method !== "GET" && request.method !== "HEAD")
    throw discovery(path, request) === undefined ? noSuchPath() : noSuchMethod();
  const document = openApi(path, request.headers.accept ?? "");
  if (document !== undefined) return sendDocument(request, response, document);
  const crd = /^\/apis\/apiextensions\.k8s\.io\/v1\/customresourcedefinitions(?:\/([^/]+))?$/.exec(path);
  if (crd !== null) return sendDefinitions(request, response, crd[1], since);
  const discovered = discovery(path, request);
  if (discovered === undefined) throw noSuchPath();
  if (discovered.type !== undefined) response.setHeader("cache-control", "public");
  send(response, 200, discovered.body, discovered.type);
}

function openApi(path: string, accept: string): OpenApiDocument | undefined {
  if (path === "/openapi/v2") return openApiV2(accept);
  return path.startsWith("/openapi/v3/") ? openApiV3(path.slice("/openapi/v3/".length)) : undefined;
}

function sendDocument(
  request: IncomingMessage,
  response: ServerResponse,
  { bytes, type, hash }: OpenApiDocument,
): void {
  const tag = `"${hash}"`;
  response.setHeader("etag", tag);
  if (request.headers["if-none-match"] === tag) return void response.writeHead(304).end();
  sendText(response, 200, bytes, type);
}

function discovery(path: string, request: IncomingMessage): { body: object; type?: string } | undefined {
  const version = path === "/api" || path === "/apis" ? aggregatedVersion(request) : undefined;
  if (version !== undefined)
    return {
      body: aggregatedDiscovery(version, path === "/api"),
      type: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    };
  if (path === "/api") return { body: coreVersions(request.headers.host ?? "") };
  if (path === "/apis") return { body: groupList() };
  if (path === "/version") return { body: serverVersion };
  if (path === "/openapi/v3") return { body: openApiIndex(/^(\/t\/[\w-]+)?/.exec(request.url ?? "")?.[0] ?? "") };
  const groupVersion = path.replace(/^\/apis?\//, "");
  if (!/^\/apis?\//.test(path)) return undefined;
  const body = GROUP_VERSIONS.includes(groupVersion) ? resourceList(groupVersion) : apiGroup(groupVersion);
  return body === undefined ? undefined : { body };
}

/** The Kubernetes version whose API this is. */
const serverVersion = {
  major: "1",
  minor: "34",
  emulationMajor: "1",
  emulationMinor: "34",
  minCompatibilityMajor: "1",
  minCompatibilityMinor: "33",
  gitVersion: "v1.34.4+qalam",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: `${process.platform}/${process.arch === "x64" ? "amd64" : process.arch}`,
};

/** The newest form of discovery that the client understands, if any. */
function aggregatedVersion(request: IncomingMessage): "v2" | "v2beta1" | undefined {
  const accept = request.headers.accept ?? "";
  return (["v2", "v2beta1"] as const).find((version) =>
    new RegExp(`g=apidiscovery\\.k8s\\.io;v=${version}(;|,|$)`).test(accept),
  );
}

interface Definition extends KubeObject {
  readonly metadata: KubeObject["metadata"] & { readonly creationTimestamp: string };
  readonly spec: { readonly names: { readonly categories: readonly string[] } };
}

function sendDefinitions(
  request: IncomingMessage,
  response: ServerResponse,
  name: string | undefined,
  since: string,
): void {
  const all = customResourceDefinitions(since) as Definition[];
  const items = name === undefined ? all : all.filter(({ metadata }) => metadata.name === name);
  if (name !== undefined && items.length === 0)
    throw new NotFoundError("customresourcedefinitions.apiextensions.k8s.io", name);
  if (negotiate(request).as === "Table") return send(response, 200, definitionTable(items));
  const metadata = { resourceVersion: "1" };
  const list = {
    kind: "CustomResourceDefinitionList",
    apiVersion: "apiextensions.k8s.io/v1",
    metadata,
    items: items.map((item) => listItem(CRD, item)),
  };
  sendObject(request, response, 200, name === undefined ? list : items[0]);
}

/** Kubernetes' two columns, and the categories: Katib's guides look for its definitions with `grep katib`, and no name of theirs has that word. */
function definitionTable(items: readonly Definition[]): object {
  const column = (name: string, format: string, type = "string") => ({
    name,
    type,
    format,
    description: name,
    priority: 0,
  });
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: { resourceVersion: "1" },
    columnDefinitions: [column("Name", "name"), column("Created At", "", "date"), column("Categories", "")],
    rows: items.map((object) => ({
      cells: [object.metadata.name, object.metadata.creationTimestamp, object.spec.names.categories.join(",")],
      object: partialMetadata(object),
    })),
  };
}
