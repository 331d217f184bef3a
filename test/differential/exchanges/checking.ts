import type { Exchange } from "../exchange.ts";
import { configMap, inNamespace, pod, trial } from "./objects.ts";
import { MERGE } from "./patching.ts";

/** Field validation, bodies that cannot be read, content types, reviews, namespaces. */
export const checking: readonly Exchange[] = inNamespace("checking", (at) => {
  const [maps, pods, trials] = [at("configmaps"), at("pods"), at("kubeflow.org/v1beta1/trials")];
  const post = (name: string, path: string, body: unknown, type = "application/json"): Exchange => ({
    name,
    method: "POST",
    path,
    body,
    type,
  });
  const review = (group: string, plural: string) => `/apis/${group}/v1/${plural}`;
  return [
    ...["Strict", "Warn", "Ignore", "", "Other"].flatMap((mode): Exchange[] => [
      post(`unknown field of a config map, ${mode || "none"}`, `${maps}?fieldValidation=${mode}`, {
        ...configMap(`m-${mode.toLowerCase()}a`),
        dato: {},
      }),
      post(
        `unknown fields of a pod, ${mode || "none"}`,
        `${pods}?fieldValidation=${mode}`,
        pod(
          `p-${mode.toLowerCase()}a`,
          {},
          { nodeNome: "x", containers: [{ name: "a", image: "x", imagePolicy: "y" }] },
        ),
      ),
      post(
        `unknown fields of a trial, ${mode || "none"}`,
        `${trials}?fieldValidation=${mode}`,
        trial(`t-${mode.toLowerCase()}a`, { nonsense: 1, objective: { nonsense: 2 } }),
      ),
      post(
        `a field twice, ${mode || "none"}`,
        `${maps}?fieldValidation=${mode}`,
        `{"metadata":{"name":"d-${mode.toLowerCase()}a"},"data":{"a":"1","a":"2"}}`,
      ),
    ]),
    post(
      "fields twice in lists and texts, Strict",
      `${maps}?fieldValidation=Strict`,
      '{"metadata":{"name":"twice","finalizers":["a.b/c"],"labels":{"x\\"y":"{","x\\"y":"}"}},"data":{"a":"[1,2]","b":"\\\\"},"metadata":{"name":"twice"}}',
    ),
    post(
      "a field of a container twice, Strict",
      `${pods}?fieldValidation=Strict`,
      '{"metadata":{"name":"twice"},"spec":{"containers":[{"name":"a","image":"x"},{"name":"b","image":"x","image":"y"}]}}',
    ),
    {
      name: "a field of a merge twice",
      method: "PATCH",
      path: `${maps}/m-warna`,
      type: MERGE,
      body: '{"data":{"a":"1","a":"2"}}',
    },
    post("an unknown field of metadata", `${maps}?fieldValidation=Strict`, configMap("meta", {}, { lable: 1 })),
    post("an unknown field of a trial's metadata", `${trials}?fieldValidation=Strict`, trial("meta", {}, { lable: 1 })),
    {
      name: "an unknown field of a merge",
      method: "PATCH",
      path: `${maps}/m-warna?fieldValidation=Strict`,
      type: MERGE,
      body: { dato: 1 },
    },
    post("a body that is cut off", maps, "{"),
    post("a body that is no JSON", maps, "nonsense"),
    post("an empty body", maps, ""),
    post("a body that is a list", maps, "[]"),
    post("a body that is null", maps, "null"),
    post("a body that is a text", maps, '"a"'),
    post("a body of YAML that is none", maps, "a: [b", "application/yaml"),
    post("YAML sent as JSON", maps, "metadata: {name: y}", "application/json"),
    post("JSON sent as YAML", maps, '{"metadata":{"name":"jsony"}}', "application/yaml"),
    post("XML", maps, "<a/>", "application/xml"),
    post("JSON with a charset", maps, '{"metadata":{"name":"charset"}}', "application/json; charset=utf-8"),
    post("JSON as text", maps, '{"metadata":{"name":"text"}}', "text/plain"),
    post("protobuf that is none", maps, "k8s\u0000nonsense", "application/vnd.kubernetes.protobuf"),
    post("labels that are a number", maps, { metadata: { name: "q", labels: 5 } }),
    post("a label that is a number", maps, { metadata: { name: "q", labels: { a: 5 } } }),
    post("data that is a list", maps, { metadata: { name: "q" }, data: [] }),
    post("data with a number", maps, { metadata: { name: "q" }, data: { a: 1 } }),
    post("data with null", maps, { metadata: { name: "with-null" }, data: { a: null } }),
    post("a name that is a number", maps, { metadata: { name: 5 } }),
    post("metadata that is a text", maps, { metadata: "x" }),
    post("a trial's metadata that is a text", trials, {
      apiVersion: "kubeflow.org/v1beta1",
      kind: "Trial",
      metadata: "x",
    }),
    post("a trial's label that is a number", trials, trial("q", {}, { labels: { a: 5 } })),
    post("a trial without kind and version", trials, { metadata: { name: "bare" } }),
    post("a trial whose body is cut off", trials, "{"),
    post("what one may do", review("authorization.k8s.io", "selfsubjectaccessreviews"), {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: { verb: "get", resource: "pods", namespace: "checking" } },
    }),
    post("what one may do with nothing", review("authorization.k8s.io", "selfsubjectaccessreviews"), {}),
    post("which rules there are", review("authorization.k8s.io", "selfsubjectrulesreviews"), {
      spec: { namespace: "checking" },
    }),
    post("who one is", review("authentication.k8s.io", "selfsubjectreviews"), {}),
    post("a review of another kind", review("authorization.k8s.io", "selfsubjectaccessreviews"), {
      apiVersion: "v1",
      kind: "Pod",
    }),
    { name: "get of a review", method: "GET", path: review("authorization.k8s.io", "selfsubjectaccessreviews") },
    post("a namespace", "/api/v1/namespaces", { metadata: { name: "another", labels: { a: "b" } } }),
    post("a namespace again", "/api/v1/namespaces", { metadata: { name: "another" } }),
    post("a namespace with a bad name", "/api/v1/namespaces", { metadata: { name: "a.b" } }),
    { name: "get a namespace", method: "GET", path: "/api/v1/namespaces/another" },
    { name: "get no namespace", method: "GET", path: "/api/v1/namespaces/none" },
    {
      name: "relabel a namespace",
      method: "PATCH",
      path: "/api/v1/namespaces/another",
      type: MERGE,
      body: { metadata: { labels: { a: "c" } } },
    },
    { name: "delete a namespace", method: "DELETE", path: "/api/v1/namespaces/another" },
    { name: "delete the default namespace", method: "DELETE", path: "/api/v1/namespaces/default" },
    { name: "delete all namespaces", method: "DELETE", path: "/api/v1/namespaces" },
    {
      name: "a definition",
      method: "GET",
      path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/trials.kubeflow.org",
    },
    {
      name: "no definition",
      method: "GET",
      path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/none.kubeflow.org",
    },
    { name: "definitions", method: "GET", path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions" },
  ];
});
