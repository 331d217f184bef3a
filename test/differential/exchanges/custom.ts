import type { Exchange, Recall } from "../exchange.ts";
import { inNamespace, job, trial } from "./objects.ts";
import { MERGE } from "./patching.ts";

/** Kubernetes serves custom resources by other code than its own kinds: the same again with trials and suggestions. */
export const custom: readonly Exchange[] = inNamespace("custom", (at) => {
  const [trials, suggestions] = [at("kubeflow.org/v1beta1/trials"), at("kubeflow.org/v1beta1/suggestions")];
  const get = (name: string, path: string): Exchange => ({ name, method: "GET", path });
  const create = (name: string, metadata: object = {}, query = ""): Exchange => ({
    name: `create ${name}${query}`,
    method: "POST",
    path: trials + query,
    body: trial(name, { parameterAssignments: [{ name: "x", value: name }] }, metadata),
  });
  const version = (said: Recall, exchange: string) => said(`custom: ${exchange}`).metadata.resourceVersion;
  const suggestion = (spec: object, more: object = {}) => ({
    apiVersion: "kubeflow.org/v1beta1",
    kind: "Suggestion",
    metadata: { name: "s" },
    spec: { algorithm: { algorithmName: "random" }, ...spec },
    ...more,
  });
  return [
    create("a", { labels: { n: "1" }, annotations: { note: "x" } }),
    create("b", { labels: { n: "2" } }),
    create("c", { labels: { n: "3" }, finalizers: ["example.com/keep"] }),
    create("dry", {}, "?dryRun=All"),
    get("get", `${trials}/a`),
    get("get of nothing", `${trials}/none`),
    get("get of a dry run", `${trials}/dry`),
    { ...create("a"), name: "create again" },
    { ...create(""), name: "create without a name" },
    { ...create("Bad_Name"), name: "create with a bad name" },
    { ...create("x", { resourceVersion: "1" }), name: "create with a version" },
    { ...create("x", { namespace: "other" }), name: "create in another namespace" },
    { ...create("x"), name: "create everywhere", path: "/apis/kubeflow.org/v1beta1/trials" },
    {
      name: "create with generateName",
      method: "POST",
      path: trials,
      body: trial("", {}, { generateName: "made-", labels: { made: "1" } }),
    },
    {
      name: "create from YAML",
      method: "POST",
      path: trials,
      type: "application/yaml",
      body: "apiVersion: kubeflow.org/v1beta1\nkind: Trial\nmetadata: {name: yaml}\nspec: {labels: {a: b}}\n",
    },
    get("list", `${trials}?labelSelector=n`),
    get("list by label", `${trials}?labelSelector=n%20in%20(1,3)`),
    get("list by name", `${trials}?fieldSelector=metadata.name%3Db`),
    get("list by namespace", `${trials}?fieldSelector=metadata.namespace%3Dcustom&labelSelector=n`),
    get("list by a field that cannot be selected", `${trials}?fieldSelector=spec.labels%3Db`),
    get("list by a bad label", `${trials}?labelSelector=a%20b`),
    get("first page", `${trials}?limit=2&labelSelector=n`),
    {
      name: "last page",
      method: "GET",
      path: (said: Recall) =>
        `${trials}?limit=2&labelSelector=n&continue=${encodeURIComponent(said("custom: first page").metadata.continue)}`,
    },
    get("first page of all", `${trials}?limit=2`),
    get("list of everywhere", "/apis/kubeflow.org/v1beta1/trials?labelSelector=n"),
    {
      name: "list exactly then",
      method: "GET",
      path: (said: Recall) => `${trials}?resourceVersionMatch=Exact&resourceVersion=${version(said, "create b")}`,
    },
    get("list from the future", `${trials}?resourceVersion=999999999`),
    {
      name: "update",
      method: "PUT",
      path: `${trials}/a`,
      body: (said: Recall) =>
        trial("a", { labels: { x: "1" } }, { resourceVersion: version(said, "create a"), labels: { n: "1" } }),
    },
    {
      name: "update with an old version",
      method: "PUT",
      path: `${trials}/a`,
      body: (said: Recall) => trial("a", {}, { resourceVersion: version(said, "create a") }),
    },
    {
      name: "update that changes nothing",
      method: "PUT",
      path: `${trials}/a`,
      body: (said: Recall) => said("custom: update"),
    },
    {
      name: "update of nothing",
      method: "PUT",
      path: `${trials}/none`,
      body: trial("none", {}, { resourceVersion: "1" }),
    },
    {
      name: "update of another name",
      method: "PUT",
      path: `${trials}/a`,
      body: trial("z", {}, { resourceVersion: "1" }),
    },
    {
      name: "replace the status",
      method: "PUT",
      path: `${trials}/a/status`,
      body: (said: Recall) => ({
        ...said("custom: update"),
        spec: { labels: { unseen: "1" } },
        status: { startTime: "2026-01-01T00:00:00Z" },
      }),
    },
    {
      name: "merge the status",
      method: "PATCH",
      path: `${trials}/a/status`,
      type: MERGE,
      body: { status: { completionTime: "2026-01-02T00:00:00Z" } },
    },
    {
      name: "merge a status of a wrong type",
      method: "PATCH",
      path: `${trials}/a/status`,
      type: MERGE,
      body: { status: { startTime: 5 } },
    },
    {
      name: "update keeps the status",
      method: "PATCH",
      path: `${trials}/a`,
      type: MERGE,
      body: { spec: { labels: { x: "2" } }, status: null },
    },
    {
      name: "merge null away",
      method: "PATCH",
      path: `${trials}/a`,
      type: MERGE,
      body: { spec: { labels: null }, metadata: { annotations: null } },
    },
    { name: "patch of nothing", method: "PATCH", path: `${trials}/none`, type: MERGE, body: {} },
    {
      name: "dry run of a patch",
      method: "PATCH",
      path: `${trials}/a?dryRun=All`,
      type: MERGE,
      body: { spec: { labels: { dry: "1" } } },
    },
    {
      name: "run spec is kept whole",
      method: "POST",
      path: trials,
      body: trial("run", {
        runSpec: job("j", { labels: { anything: "1" } }, { nested: { deep: [1, "2", null, { a: {} }] } }),
      }),
    },
    {
      name: "watch from before",
      method: "GET",
      lines: 3,
      path: (said: Recall) =>
        `${trials}?watch=true&timeoutSeconds=5&fieldSelector=metadata.name%3Da&resourceVersion=${version(said, "create a")}`,
    },
    { name: "suggestion", method: "POST", path: suggestions, body: suggestion({ requests: 1 }) },
    {
      name: "suggestion with a status",
      method: "PUT",
      path: `${suggestions}/s/status`,
      body: (said: Recall) => ({
        ...said("custom: suggestion"),
        status: { suggestionCount: 1, suggestions: [{ name: "a", parameterAssignments: [{ name: "x", value: "1" }] }] },
      }),
    },
    {
      name: "more suggestions",
      method: "PATCH",
      path: `${suggestions}/s`,
      type: MERGE,
      body: { spec: { requests: 2 } },
    },
    {
      name: "suggestion of wrong types",
      method: "PATCH",
      path: `${suggestions}/s`,
      type: MERGE,
      body: { spec: { requests: "2" } },
    },
    {
      name: "delete with another uid",
      method: "DELETE",
      path: `${trials}/a`,
      body: { preconditions: { uid: "4d5b0b64-0c6b-4d5f-b1e6-000000000000" } },
    },
    { name: "delete with a finalizer", method: "DELETE", path: `${trials}/c` },
    {
      name: "let it go",
      method: "PATCH",
      path: `${trials}/c`,
      type: "application/json-patch+json",
      body: [{ op: "remove", path: "/metadata/finalizers" }],
    },
    get("it is gone", `${trials}/c`),
    { name: "delete", method: "DELETE", path: `${trials}/b` },
    { name: "delete again", method: "DELETE", path: `${trials}/b` },
    { name: "delete some", method: "DELETE", path: `${trials}?labelSelector=made` },
    { name: "delete all", method: "DELETE", path: trials, body: { propagationPolicy: "Background" } },
    get("none is left", trials),
  ];
});
