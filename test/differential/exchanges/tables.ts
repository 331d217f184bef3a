import type { Exchange } from "../exchange.ts";
import { configMap, experiment, inNamespace, job, pod, trial } from "./objects.ts";

const TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1";
const KUBECTL = `application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`;

/** What `kubectl get` shows. */
export const tables: readonly Exchange[] = inNamespace("tables", (at) => {
  const kubeflow = (plural: string) => at(`kubeflow.org/v1beta1/${plural}`);
  const table = (name: string, path: string, accept = TABLE): Exchange => ({ name, method: "GET", path, accept });
  const create = (path: string, body: object): Exchange => ({
    name: `create in ${path.split("/").at(-1)}`,
    method: "POST",
    path,
    body,
  });
  const event = {
    metadata: { name: "e" },
    involvedObject: { kind: "Pod", name: "p", namespace: "tables" },
    type: "Normal",
    reason: "Tested",
    message: "a text",
    firstTimestamp: "2026-01-01T00:00:00Z",
    lastTimestamp: "2026-01-01T00:00:00Z",
    count: 1,
    source: { component: "c" },
  };
  return [
    create(at("configmaps"), configMap("m", { a: "1" })),
    create(at("secrets"), { metadata: { name: "s" }, type: "Opaque", data: { a: "AA==" } }),
    create(at("pods"), pod("p")),
    create(at("services"), {
      metadata: { name: "s" },
      spec: { clusterIP: "None", ports: [{ port: 80, protocol: "TCP", targetPort: 80 }] },
    }),
    create(at("persistentvolumeclaims"), {
      metadata: { name: "c" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    }),
    create(at("events"), event),
    create(at("batch/v1/jobs"), job("j")),
    create(kubeflow("experiments"), experiment("e")),
    create(kubeflow("suggestions"), {
      apiVersion: "kubeflow.org/v1beta1",
      kind: "Suggestion",
      metadata: { name: "s" },
      spec: { algorithm: { algorithmName: "random" }, requests: 2 },
    }),
    create(kubeflow("trials"), trial("t")),
    ...[
      "configmaps",
      "secrets",
      "pods",
      "services",
      "persistentvolumeclaims",
      "events",
      "batch/v1/jobs",
      "events.k8s.io/v1/events",
    ].map((one) => table(`table of ${one}`, at(one))),
    ...["experiments", "suggestions", "trials"].map((one) => table(`table of ${one}`, kubeflow(one))),
    table("table as kubectl asks", at("configmaps"), KUBECTL),
    table("table of one object", `${at("configmaps")}/m`),
    table("table of one trial", `${kubeflow("trials")}/t`),
    table("table without objects", `${at("configmaps")}?includeObject=None`),
    table("table with whole objects", `${at("configmaps")}?includeObject=Object`),
    table("table with a bad includeObject", `${at("configmaps")}?includeObject=Some`),
    table("table of nothing", "/api/v1/namespaces/absent/configmaps"),
    table("table of one that is not", `${at("configmaps")}/none`),
    table("table of no known version", at("configmaps"), "application/json;as=Table;g=meta.k8s.io;v=v7"),
    table("table in pages", `${at("configmaps")}?limit=1`),
    table("table of namespaces", "/api/v1/namespaces?fieldSelector=metadata.name%3Dtables"),
    table("table of definitions", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"),
    table("table as YAML", at("configmaps"), "application/yaml;as=Table;g=meta.k8s.io;v=v1"),
  ];
});
