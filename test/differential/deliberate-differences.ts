/** A difference that stays. What it is and why is said in docs/reference/kubernetes-api-differences.md under the same name. */
export interface DeliberateDifference {
  readonly name: string;
  /** Exchange and place in the answer; `*` stands for any text. Each must still differ. */
  readonly places: readonly (readonly [exchange: string, path: string])[];
}

/** One text for many exchanges. */
function at(path: string, ...exchanges: string[]): (readonly [string, string])[] {
  return exchanges.map((exchange) => [exchange, path] as const);
}

export const deliberateDifferences: readonly DeliberateDifference[] = [
  { name: "generation-of-every-kind", places: at("*.generation", "*") },
  { name: "whole-items", places: [...at("body.items[*].apiVersion", "*"), ...at("body.items[*].kind", "*")] },
  { name: "loopback-address", places: at("body.serverAddressByClientCIDRs[0].serverAddress", "core versions") },
  {
    name: "server-version",
    places: ["gitVersion", "gitCommit", "gitTreeState", "goVersion", "compiler"].flatMap((field) =>
      at(`body.${field}`, "version"),
    ),
  },
  {
    name: "observations-of-trials",
    places: [
      ...at("body.resources.trials/observations!", "resources of /apis/kubeflow.org/v1beta1"),
      ...at("body.items.kubeflow.org!.*.subresources.observations!", "aggregated discovery v2 of /apis"),
    ],
  },
  {
    name: "definitions-are-read",
    places: [
      ...at("body.resources.customresourcedefinitions!.verbs[*]", "resources of /apis/apiextensions.k8s.io/v1"),
      ...at("*.resources.customresourcedefinitions!.verbs[*]", "aggregated discovery v2 of /apis"),
      ...at("*.resources.customresourcedefinitions!.subresources", "aggregated discovery v2 of /apis"),
    ],
  },
  {
    name: "older-aggregated-discovery",
    places: [...at("*", "aggregated discovery v2beta1 of /api"), ...at("*", "aggregated discovery v2beta1 of /apis")],
  },
  {
    name: "status-for-unknown-paths",
    places: ["headers.content-type", "body"].flatMap((path) =>
      at(path, "unknown group", "unknown version", "unknown path", "OpenAPI v3 of no group"),
    ),
  },
  { name: "openapi-index-is-json", places: at("headers.content-type", "OpenAPI v3 index") },
  {
    name: "messages",
    places: [
      ...at(
        "body.message",
        "writing: create with a bad*",
        "writing: create in another namespace",
        "writing: create of another kind",
        "writing: create of another version",
        "writing: update with another uid",
        "writing: update in another namespace",
      ),
      ...at("body.details.causes[*].message", "writing: create with a bad*"),
      ...at("body.details.name", "writing: create with a bad generateName"),
    ],
  },
  {
    name: "precise-fields",
    places: [
      ...at(
        "body.details.causes[*].field",
        "writing: create with a bad generateName",
        "writing: create with a bad label",
        "writing: create with a bad annotation",
        "writing: create with a bad finalizer",
        "writing: create with a bad owner",
      ),
      ...at(
        "body.details.causes[1]",
        "writing: create with a bad generateName",
        "writing: create with a bad finalizer",
      ),
      ...at("body.details.causes[*].reason", "writing: create with a bad owner"),
    ],
  },
  {
    name: "no-server-errors",
    places: at("status", "writing: create with a resourceVersion", "writing: update with a version that is none"),
  },
  {
    name: "namespaces-on-demand",
    places: at("status", "writing: create in a namespace there is not", "writing: get in a namespace there is not"),
  },
  { name: "yaml-order", places: at("body", "writing: get as YAML") },
];
