import type { Exchange } from "../exchange.ts";

const aggregated = (version: string) =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList,application/json`;
const groupVersions = [
  "/api/v1",
  "/apis/kubeflow.org/v1beta1",
  "/apis/batch/v1",
  "/apis/events.k8s.io/v1",
  "/apis/apiextensions.k8s.io/v1",
  "/apis/authorization.k8s.io/v1",
  "/apis/authentication.k8s.io/v1",
];

/** What a client asks before it asks for anything. */
export const discovery: readonly Exchange[] = [
  { name: "core versions", method: "GET", path: "/api" },
  { name: "groups", method: "GET", path: "/apis", servedOnly: true },
  ...["kubeflow.org", "batch", "events.k8s.io"].map(
    (group): Exchange => ({ name: `group ${group}`, method: "GET", path: `/apis/${group}` }),
  ),
  ...groupVersions.map((path): Exchange => ({ name: `resources of ${path}`, method: "GET", path, servedOnly: true })),
  ...["/api", "/apis"].flatMap((path) =>
    ["v2", "v2beta1"].map(
      (version): Exchange => ({
        name: `aggregated discovery ${version} of ${path}`,
        method: "GET",
        path,
        accept: aggregated(version),
        servedOnly: true,
      }),
    ),
  ),
  { name: "unknown group", method: "GET", path: "/apis/nothing.example" },
  { name: "unknown version", method: "GET", path: "/apis/kubeflow.org/v9" },
  { name: "version", method: "GET", path: "/version" },
  { name: "healthz", method: "GET", path: "/healthz", accept: "*/*" },
  { name: "livez", method: "GET", path: "/livez", accept: "*/*" },
  { name: "readyz", method: "GET", path: "/readyz", accept: "*/*" },
  { name: "post to healthz", method: "POST", path: "/healthz", body: {} },
  { name: "OpenAPI v3 index", method: "GET", path: "/openapi/v3", servedOnly: true },
  { name: "OpenAPI v3 of no group", method: "GET", path: "/openapi/v3/apis/nothing.example/v1" },
  { name: "unknown path", method: "GET", path: "/nothing" },
  { name: "unknown resource", method: "GET", path: "/api/v1/nothings" },
  { name: "unknown namespaced resource", method: "GET", path: "/api/v1/namespaces/default/nothings/a" },
  { name: "post to discovery", method: "POST", path: "/apis/batch/v1", body: {} },
];
