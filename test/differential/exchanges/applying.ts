import type { Exchange, Recall } from "../exchange.ts";
import { configMap, inNamespace, pod, trial } from "./objects.ts";
import { MERGE } from "./patching.ts";

const APPLY = "application/apply-patch+yaml";

/** Server-side apply: owners, conflicts, force, removal. */
export const applying: readonly Exchange[] = inNamespace("applying", (at) => {
  const map = (name = "m") => `${at("configmaps")}/${name}`;
  const [p, t] = [`${at("pods")}/p`, `${at("kubeflow.org/v1beta1/trials")}/t`];
  const apply = (name: string, path: string, body: unknown): Exchange => ({
    name,
    method: "PATCH",
    path,
    type: APPLY,
    body,
  });
  return [
    apply("create", `${map()}?fieldManager=me`, configMap("m", { a: "1", b: "1" }, { labels: { x: "1" } })),
    apply("the same again", `${map()}?fieldManager=me`, configMap("m", { a: "1", b: "1" }, { labels: { x: "1" } })),
    apply("change", `${map()}?fieldManager=me`, configMap("m", { a: "2", b: "1" }, { labels: { x: "1" } })),
    apply("leave out", `${map()}?fieldManager=me`, configMap("m", { a: "2" })),
    apply("by another, beside", `${map()}?fieldManager=other`, configMap("m", { c: "1" })),
    apply("by another, the same value", `${map()}?fieldManager=other`, configMap("m", { a: "2", c: "1" })),
    apply("leave out what is shared", `${map()}?fieldManager=me`, configMap("m", {})),
    apply("conflict", `${map()}?fieldManager=me`, configMap("m", { a: "3" })),
    apply("two conflicts", `${map()}?fieldManager=me`, configMap("m", { a: "3", c: "3" })),
    apply("force", `${map()}?fieldManager=me&force=true`, configMap("m", { a: "3" })),
    {
      name: "update by somebody",
      method: "PATCH",
      path: `${map()}?fieldManager=somebody`,
      type: MERGE,
      body: { data: { a: "4", d: "1" } },
    },
    apply("conflict with an update", `${map()}?fieldManager=me`, configMap("m", { a: "5", d: "5" })),
    apply("conflict with two managers", `${map()}?fieldManager=me`, configMap("m", { a: "5", c: "5" })),
    apply(
      "from YAML",
      `${map("yaml")}?fieldManager=me`,
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata: {a: b}\n",
    ),
    apply("dry run", `${map("dry")}?fieldManager=me&dryRun=All`, configMap("dry", { a: "1" })),
    { name: "the dry run left nothing", method: "GET", path: map("dry") },
    apply("without a manager", map(), configMap("m", {})),
    apply("without kind and version", `${map()}?fieldManager=me`, { metadata: { name: "m" }, data: {} }),
    apply("without a name", `${map()}?fieldManager=me&force=true`, {
      apiVersion: "v1",
      kind: "ConfigMap",
      data: { named: "1" },
    }),
    apply("of another name", `${map()}?fieldManager=me`, configMap("z")),
    apply("of another namespace", `${map()}?fieldManager=me`, configMap("m", {}, { namespace: "other" })),
    apply("of another kind", `${map()}?fieldManager=me`, { apiVersion: "v1", kind: "Secret", metadata: { name: "m" } }),
    apply("with managed fields", `${map()}?fieldManager=me`, configMap("m", {}, { managedFields: [] })),
    apply("with an old version", `${map()}?fieldManager=me&force=true`, (said: Recall) =>
      configMap("m", { a: "9" }, { resourceVersion: said("applying: create").metadata.resourceVersion }),
    ),
    apply(
      "of nothing with a uid",
      `${map("none")}?fieldManager=me`,
      configMap("none", {}, { uid: "4d5b0b64-0c6b-4d5f-b1e6-000000000000" }),
    ),
    apply("of text that is no YAML", `${map()}?fieldManager=me`, "a: [b"),
    apply("of an unknown field", `${map()}?fieldManager=me`, { ...configMap("m"), extra: 1 }),
    apply("of a wrong type", `${map()}?fieldManager=me`, configMap("m", { a: 1 })),
    apply("with a manager's name that is too long", `${map()}?fieldManager=${"x".repeat(129)}`, configMap("m")),
    apply(
      "a pod",
      `${p}?fieldManager=me`,
      pod(
        "p",
        {},
        {
          containers: [
            { name: "a", image: "x" },
            { name: "b", image: "y", ports: [{ containerPort: 80 }] },
          ],
        },
      ),
    ),
    apply("one container of the pod", `${p}?fieldManager=other`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p" },
      spec: { containers: [{ name: "b", image: "y" }] },
    }),
    apply("a container's conflict", `${p}?fieldManager=other`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p" },
      spec: { containers: [{ name: "b", image: "z" }] },
    }),
    apply("a container without its key", `${p}?fieldManager=other`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p" },
      spec: { containers: [{ image: "z" }] },
    }),
    apply("a container twice", `${p}?fieldManager=other`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p" },
      spec: { containers: [{ name: "a" }, { name: "a" }] },
    }),
    apply("a pod's status", `${p}/status?fieldManager=kubelet`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p" },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    }),
    apply("a pod's status by another", `${p}/status?fieldManager=other`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p" },
      status: { phase: "Failed", conditions: [{ type: "Initialized", status: "True" }] },
    }),
    apply("status of nothing", `${at("pods")}/none/status?fieldManager=me`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "none" },
      status: {},
    }),
    apply(
      "a trial",
      `${t}?fieldManager=me`,
      trial("t", {
        objective: { type: "minimize", objectiveMetricName: "l" },
        runSpec: { a: { b: [1, 2] } },
        parameterAssignments: [{ name: "x", value: "1" }],
        labels: { k: "v" },
      }),
    ),
    apply(
      "a trial by another",
      `${t}?fieldManager=other`,
      trial("t", { runSpec: { a: { c: 1 } }, labels: { l: "w" } }),
    ),
    apply(
      "a trial's conflict",
      `${t}?fieldManager=other`,
      trial("t", { objective: { type: "maximize" }, runSpec: { a: { b: [3] } } }),
    ),
    apply(
      "a trial without a label",
      `${t}?fieldManager=me`,
      trial("t", {
        objective: { type: "minimize", objectiveMetricName: "l" },
        runSpec: { a: { b: [1, 2] } },
        parameterAssignments: [{ name: "x", value: "1" }],
      }),
    ),
    apply("a trial's status", `${t}/status?fieldManager=controller`, {
      apiVersion: "kubeflow.org/v1beta1",
      kind: "Trial",
      metadata: { name: "t" },
      status: { startTime: "2026-01-01T00:00:00Z" },
    }),
    apply("a trial of an unknown field", `${t}?fieldManager=me`, trial("t", { nonsense: 1 })),
    { name: "trial after all", method: "GET", path: t },
    { name: "map after all", method: "GET", path: map() },
  ];
});
