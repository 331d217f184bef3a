import type { Exchange, Recall } from "../exchange.ts";
import { configMap, inNamespace, pod, trial } from "./objects.ts";

export const MERGE = "application/merge-patch+json";
const JSON_PATCH = "application/json-patch+json";
const STRATEGIC = "application/strategic-merge-patch+json";

/** The three kinds of patches that are not apply. */
export const patching: readonly Exchange[] = inNamespace("patching", (at) => {
  const [map, p, t] = [`${at("configmaps")}/m`, `${at("pods")}/p`, `${at("kubeflow.org/v1beta1/trials")}/t`];
  const patch = (name: string, path: string, type: string, body: unknown): Exchange => ({
    name,
    method: "PATCH",
    path,
    type,
    body,
  });
  return [
    {
      name: "a map",
      method: "POST",
      path: at("configmaps"),
      body: configMap("m", { a: "1", b: "2" }, { labels: { x: "1" } }),
    },
    {
      name: "a trial",
      method: "POST",
      path: at("kubeflow.org/v1beta1/trials"),
      body: trial("t", {
        objective: { type: "minimize", objectiveMetricName: "l" },
        runSpec: { a: { b: [1, 2] } },
        parameterAssignments: [{ name: "x", value: "1" }],
      }),
    },
    patch("merge", map, MERGE, { data: { a: null, c: "3" } }),
    patch("merge of nothing", map, MERGE, {}),
    patch("merge into metadata", map, MERGE, { metadata: { labels: { x: null, y: "2" }, annotations: { a: "b" } } }),
    patch("merge of a wrong type", map, MERGE, { data: { a: 1 } }),
    patch("merge of a whole that is none", map, MERGE, { data: "x" }),
    patch("merge that renames", map, MERGE, { metadata: { name: "n" } }),
    patch("merge that moves", map, MERGE, { metadata: { namespace: "n" } }),
    patch("merge with an old version", map, MERGE, (said: Recall) => ({
      metadata: { resourceVersion: said("patching: a map").metadata.resourceVersion },
      data: { z: "1" },
    })),
    patch("merge with another uid", map, MERGE, { metadata: { uid: "4d5b0b64-0c6b-4d5f-b1e6-000000000000" } }),
    patch("merge of text", map, MERGE, "nonsense"),
    patch("merge of a list", map, MERGE, [1]),
    patch("merge of another kind", map, MERGE, { kind: "Secret" }),
    patch("merge into nothing", `${at("configmaps")}/none`, MERGE, {}),
    patch("merge with force", `${map}?force=true`, MERGE, {}),
    patch("dry run of a merge", `${map}?dryRun=All`, MERGE, { data: { dry: "1" } }),
    patch("JSON patch", map, JSON_PATCH, [
      { op: "add", path: "/data/d", value: "4" },
      { op: "replace", path: "/data/c", value: "5" },
      { op: "test", path: "/data/d", value: "4" },
    ]),
    patch("JSON patch that copies and moves", map, JSON_PATCH, [
      { op: "copy", from: "/data/d", path: "/data/e" },
      { op: "move", from: "/data/c", path: "/data/f" },
      { op: "remove", path: "/data/d" },
    ]),
    patch("JSON patch whose test fails", map, JSON_PATCH, [{ op: "test", path: "/data/e", value: "other" }]),
    patch("JSON patch of a missing field", map, JSON_PATCH, [{ op: "remove", path: "/data/none" }]),
    patch("JSON patch with an unknown operation", map, JSON_PATCH, [{ op: "twist", path: "/data/e" }]),
    patch("JSON patch that is an object", map, JSON_PATCH, { op: "remove" }),
    patch("JSON patch of text", map, JSON_PATCH, "nonsense"),
    patch("JSON patch of managed fields", map, JSON_PATCH, [
      { op: "replace", path: "/metadata/managedFields", value: [{}] },
    ]),
    patch("merge after managed fields were cleared", map, MERGE, { data: { g: "1" } }),
    {
      name: "apply after managed fields were cleared",
      method: "PATCH",
      path: `${map}?fieldManager=applier`,
      type: "application/apply-patch+yaml",
      body: configMap("m", { h: "1" }),
    },
    patch("JSON patch without operations", map, JSON_PATCH, []),
    patch("patch of an unknown type", map, "text/plain", "x"),
    patch("patch without a type", map, "", "{}"),
    patch("patch as plain JSON", map, "application/json", {}),
    patch("patch of a collection", at("configmaps"), MERGE, {}),
    {
      name: "a pod",
      method: "POST",
      path: at("pods"),
      body: pod(
        "p",
        { labels: { a: "1" } },
        {
          containers: [
            { name: "a", image: "x", env: [{ name: "A", value: "1" }] },
            { name: "b", image: "y" },
          ],
        },
      ),
    },
    patch("strategic merge by key", p, STRATEGIC, { spec: { containers: [{ name: "a", image: "z" }] } }),
    patch("strategic merge of labels", p, STRATEGIC, {
      metadata: { labels: { b: "2", a: null }, finalizers: ["example.com/one", "example.com/two"] },
    }),
    patch("strategic merge that adds to a set", p, STRATEGIC, {
      metadata: { finalizers: ["example.com/two", "example.com/three"] },
    }),
    patch("strategic merge that takes from a set", p, STRATEGIC, {
      metadata: { "$deleteFromPrimitiveList/finalizers": ["example.com/one"] },
    }),
    patch("strategic merge that replaces", p, STRATEGIC, { metadata: { labels: { $patch: "replace", c: "3" } } }),
    patch("strategic merge that deletes", p, STRATEGIC, { metadata: { labels: { $patch: "delete" } } }),
    patch("strategic merge with an order", p, STRATEGIC, {
      spec: { "$setElementOrder/containers": [{ name: "a" }, { name: "b" }], containers: [{ name: "b", image: "k" }] },
    }),
    patch("strategic merge without the key", p, STRATEGIC, { spec: { containers: [{ image: "k" }] } }),
    patch("strategic merge with an unknown directive", p, STRATEGIC, { metadata: { labels: { $patch: "twist" } } }),
    patch("strategic merge of what cannot change", p, STRATEGIC, {
      spec: { containers: [{ name: "a", command: ["other"] }] },
    }),
    patch("strategic merge of a wrong type", p, STRATEGIC, { spec: { containers: { name: "a" } } }),
    patch("strategic merge of status", `${p}/status`, STRATEGIC, {
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    }),
    patch("strategic merge into status conditions", `${p}/status`, STRATEGIC, {
      status: {
        conditions: [
          { type: "Initialized", status: "True" },
          { type: "Ready", status: "False" },
        ],
      },
    }),
    patch("strategic merge of a custom resource", t, STRATEGIC, { spec: {} }),
    patch("merge of a custom resource", t, MERGE, {
      spec: { labels: { k: "v" }, parameterAssignments: [{ name: "y", value: "2" }] },
    }),
    patch("merge of a list into a custom resource", t, MERGE, { spec: { parameterAssignments: null } }),
    patch("merge of a wrong type into a custom resource", t, MERGE, { spec: { objective: { type: 5 }, runSpec: 5 } }),
    patch("JSON patch of a custom resource", t, JSON_PATCH, [
      { op: "add", path: "/spec/labels/j", value: "1" },
      { op: "remove", path: "/spec/labels/k" },
    ]),
    patch("merge of status through the object", t, MERGE, { status: { startTime: "2026-01-01T00:00:00Z" } }),
    patch("merge of the object through status", `${t}/status`, MERGE, {
      metadata: { labels: { s: "1" } },
      spec: { labels: { s: "1" } },
      status: {
        conditions: [
          {
            type: "Created",
            status: "True",
            reason: "r",
            message: "m",
            lastTransitionTime: "2026-01-01T00:00:00Z",
            lastUpdateTime: "2026-01-01T00:00:00Z",
          },
        ],
      },
    }),
    { name: "trial after the patches", method: "GET", path: t },
  ];
});
