import type { Exchange, Recall } from "../exchange.ts";
import { configMap, inNamespace, job, pod, trial } from "./objects.ts";
import { MERGE } from "./patching.ts";

/** Deletion: finalizers, propagation, preconditions, collections. */
export const deleting: readonly Exchange[] = inNamespace("deleting", (at) => {
  const [maps, trials] = [at("configmaps"), at("kubeflow.org/v1beta1/trials")];
  const create = (name: string, metadata: object = {}): Exchange => ({
    name: `create ${name}`,
    method: "POST",
    path: maps,
    body: configMap(name, {}, metadata),
  });
  const remove = (name: string, path: string, body?: unknown): Exchange => ({
    name,
    method: "DELETE",
    path,
    ...(body !== undefined && { body }),
  });
  return [
    create("a"),
    remove("dry run", `${maps}/a?dryRun=All`),
    remove("without effect, dry run in the body", `${maps}/a`, { dryRun: ["All"] }),
    remove("with a bad policy", `${maps}/a?propagationPolicy=Some`),
    remove("with a bad policy in the body", `${maps}/a`, { propagationPolicy: "Some" }),
    remove("with two policies", `${maps}/a`, { propagationPolicy: "Background", orphanDependents: true }),
    remove("with another uid", `${maps}/a`, { preconditions: { uid: "4d5b0b64-0c6b-4d5f-b1e6-000000000000" } }),
    remove("with another version", `${maps}/a`, { preconditions: { resourceVersion: "1" } }),
    remove("with options of another kind", `${maps}/a`, { apiVersion: "v1", kind: "Secret" }),
    remove("with options that are text", `${maps}/a`, "nonsense"),
    remove("with a wrong type in the options", `${maps}/a`, { gracePeriodSeconds: "x" }),
    remove("with a bad query", `${maps}/a?gracePeriodSeconds=x`),
    remove("with its uid and version", `${maps}/a`, (said: Recall) => {
      const { uid, resourceVersion } = said("deleting: create a").metadata;
      return { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid, resourceVersion } };
    }),
    remove("again", `${maps}/a`),
    remove("in a namespace there is not", "/api/v1/namespaces/absent/configmaps/a"),
    remove("of a subresource", `${trials}/t/status`),
    create("kept", { finalizers: ["example.com/keep"] }),
    remove("with a finalizer", `${maps}/kept`),
    remove("with a finalizer again", `${maps}/kept`),
    { name: "get while it is kept", method: "GET", path: `${maps}/kept` },
    {
      name: "add a finalizer meanwhile",
      method: "PATCH",
      path: `${maps}/kept`,
      type: MERGE,
      body: { metadata: { finalizers: ["example.com/keep", "example.com/more"] } },
    },
    { name: "change it meanwhile", method: "PATCH", path: `${maps}/kept`, type: MERGE, body: { data: { a: "1" } } },
    { name: "let it go", method: "PATCH", path: `${maps}/kept`, type: MERGE, body: { metadata: { finalizers: null } } },
    { name: "it is gone", method: "GET", path: `${maps}/kept` },
    {
      name: "create a service",
      method: "POST",
      path: at("services"),
      body: { metadata: { name: "s" }, spec: { clusterIP: "None" } },
    },
    remove("a service", `${at("services")}/s`),
    { name: "create a secret", method: "POST", path: at("secrets"), body: { metadata: { name: "s" } } },
    remove("a secret", `${at("secrets")}/s`),
    create("foreground", { finalizers: ["example.com/keep"] }),
    remove("in the foreground", `${maps}/foreground?propagationPolicy=Foreground`),
    create("orphans"),
    remove("and orphan the dependents", `${maps}/orphans`, { propagationPolicy: "Orphan" }),
    { name: "create a trial", method: "POST", path: trials, body: trial("t") },
    remove("a trial", `${trials}/t`),
    { name: "create a pod", method: "POST", path: at("pods"), body: pod("p") },
    remove("a pod", `${at("pods")}/p`),
    { name: "create a job", method: "POST", path: at("batch/v1/jobs"), body: job("j") },
    remove("a job", `${at("batch/v1/jobs")}/j`),
    create("c1", { labels: { c: "1" } }),
    create("c2", { labels: { c: "1" } }),
    create("c3", { labels: { c: "2" } }),
    remove("dry run of a collection", `${maps}?labelSelector=c%3D1&dryRun=All`),
    remove("a collection by label", `${maps}?labelSelector=c%3D1`),
    remove("a collection by a bad label", `${maps}?labelSelector=c%3D%3D%3D1`),
    remove("a collection by field", `${maps}?fieldSelector=metadata.name%3Dc3`),
    remove("an empty collection", `${maps}?labelSelector=c`),
    remove("a collection of all namespaces", "/api/v1/configmaps"),
    { name: "what is left", method: "GET", path: `${maps}?labelSelector=c` },
    { name: "create two trials", method: "POST", path: trials, body: trial("t1") },
    remove("a collection of trials", trials),
  ];
});
