import type { Exchange, Recall } from "../exchange.ts";
import { experiment, inNamespace, job, pod, trial } from "./objects.ts";
import { MERGE } from "./patching.ts";

/** What is particular to each kind: what is filled in, what is refused, what cannot change. */
export const kinds: readonly Exchange[] = inNamespace("kinds", (at) => {
  const create = (name: string, resource: string, body: unknown): Exchange => ({
    name,
    method: "POST",
    path: at(resource),
    body,
  });
  const merge = (name: string, path: string, body: unknown): Exchange => ({
    name,
    method: "PATCH",
    path,
    type: MERGE,
    body,
  });
  const [jobs, experiments, trials, suggestions] = [
    "batch/v1/jobs",
    "kubeflow.org/v1beta1/experiments",
    "kubeflow.org/v1beta1/trials",
    "kubeflow.org/v1beta1/suggestions",
  ] as const;
  const claim = (name: string, spec: object = {}) => ({
    metadata: { name },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
  });
  return [
    create("a pod", "pods", pod("p")),
    create("a pod with status", "pods", { ...pod("ps"), status: { phase: "Running" } }),
    create("a pod without containers", "pods", { metadata: { name: "none" }, spec: {} }),
    create("a pod without spec", "pods", { metadata: { name: "none" } }),
    create("a pod with a bad restart policy", "pods", pod("bad-1", {}, { restartPolicy: "Sometimes" })),
    create(
      "a pod with two containers of one name",
      "pods",
      pod(
        "bad-2",
        {},
        {
          containers: [
            { name: "a", image: "x" },
            { name: "a", image: "x" },
          ],
        },
      ),
    ),
    merge("a pod's spec", `${at("pods")}/p`, { spec: { restartPolicy: "Never" } }),
    {
      name: "replace a pod's status",
      method: "PUT",
      path: `${at("pods")}/p/status`,
      body: { ...pod("p", { labels: { unseen: "1" } }), status: { phase: "Succeeded" } },
    },
    { name: "a pod's status", method: "GET", path: `${at("pods")}/p/status` },
    { name: "create a status", method: "POST", path: `${at("pods")}/p/status`, body: {} },
    create("a job", jobs, job("j")),
    create("a job without template", jobs, { metadata: { name: "none" }, spec: {} }),
    create(
      "a job that restarts always",
      jobs,
      job("bad-3", {}, { template: { spec: { containers: [{ name: "a", image: "x" }], restartPolicy: "Always" } } }),
    ),
    ...Object.entries({
      labels: { c: "d" },
      "its own name as label": { "job-name": "its-own-name-as-label" },
      "another name as label": { "job-name": "own" },
      "another uid as label": { "controller-uid": "x" },
    }).map(([what, labels]) =>
      create(`a job with ${what}`, jobs, {
        ...job(what.replaceAll(" ", "-")),
        spec: {
          template: {
            metadata: { labels },
            spec: { containers: [{ name: "main", image: "busybox" }], restartPolicy: "Never" },
          },
        },
      }),
    ),
    create("a job with a selector", jobs, job("selecting", {}, { selector: { matchLabels: { a: "b" } } })),
    create("a job with a selector by hand", jobs, {
      ...job("by-hand"),
      spec: {
        manualSelector: true,
        selector: { matchLabels: { a: "b" } },
        template: {
          metadata: { labels: { a: "b" } },
          spec: { containers: [{ name: "main", image: "busybox" }], restartPolicy: "Never" },
        },
      },
    }),
    { name: "jobs by their label", method: "GET", path: `${at(jobs)}?labelSelector=job-name%3Dj` },
    { name: "replace a job", method: "PUT", path: `${at(jobs)}/labels`, body: job("labels") },
    merge("a job's template", `${at(jobs)}/j`, {
      spec: { template: { spec: { containers: [{ name: "main", image: "other" }] } } },
    }),
    merge("a job's parallelism", `${at(jobs)}/j`, { spec: { parallelism: 2 } }),
    merge("suspend a job", `${at(jobs)}/j`, { spec: { suspend: true } }),
    merge("a job's status", `${at(jobs)}/j/status`, { status: { active: 1 } }),
    create("a secret", "secrets", { metadata: { name: "s" }, stringData: { a: "b" }, data: { c: "AAEC" } }),
    create("a secret that is no base64", "secrets", { metadata: { name: "bad-4" }, data: { a: "?" } }),
    create("a secret with a bad key", "secrets", { metadata: { name: "bad-5" }, data: { "a b": "AA==" } }),
    create("a secret of a type", "secrets", {
      metadata: { name: "typed" },
      type: "kubernetes.io/basic-auth",
      stringData: { username: "u" },
    }),
    merge("a secret's type", `${at("secrets")}/s`, { type: "other" }),
    create("a config map with a bad key", "configmaps", { metadata: { name: "bad-6" }, data: { "a b": "c" } }),
    create("a config map with a key twice", "configmaps", {
      metadata: { name: "bad-7" },
      data: { a: "c" },
      binaryData: { a: "AA==" },
    }),
    create("a config map with binary data that is none", "configmaps", {
      metadata: { name: "bad-8" },
      binaryData: { a: "?" },
    }),
    create("a service", "services", {
      metadata: { name: "headless" },
      spec: { clusterIP: "None", selector: { a: "b" }, ports: [{ port: 80 }] },
    }),
    create("a service without ports", "services", { metadata: { name: "bad-9" }, spec: {} }),
    create("a service with a bad name", "services", { metadata: { name: "1.bad" }, spec: { clusterIP: "None" } }),
    merge("a service's ports", `${at("services")}/headless`, {
      spec: { ports: [{ port: 81, protocol: "TCP", targetPort: 81 }] },
    }),
    create("a claim", "persistentvolumeclaims", claim("c")),
    create("a claim without size", "persistentvolumeclaims", {
      metadata: { name: "bad-10" },
      spec: { accessModes: ["ReadWriteOnce"] },
    }),
    create("a claim without modes", "persistentvolumeclaims", claim("bad-11", { accessModes: [] })),
    merge("a claim's modes", `${at("persistentvolumeclaims")}/c`, { spec: { accessModes: ["ReadOnlyMany"] } }),
    create("an event", "events", {
      metadata: { name: "e" },
      involvedObject: { kind: "Pod", name: "p", namespace: "kinds" },
      type: "Normal",
      reason: "r",
      message: "m",
      firstTimestamp: "2026-01-01T00:00:00Z",
      lastTimestamp: "2026-01-01T00:00:00Z",
      count: 1,
      source: { component: "c" },
    }),
    create("an event about another namespace", "events", {
      metadata: { name: "bad-12" },
      involvedObject: { kind: "Pod", name: "p", namespace: "other" },
    }),
    { name: "the event through events.k8s.io", method: "GET", path: `${at("events.k8s.io/v1/events")}/e` },
    create("an event through events.k8s.io", "events.k8s.io/v1/events", {
      metadata: { name: "new" },
      regarding: { kind: "Pod", name: "p", namespace: "kinds" },
      eventTime: "2026-01-01T00:00:00.000000Z",
      reportingController: "example.com/c",
      reportingInstance: "i",
      action: "a",
      type: "Normal",
      reason: "r",
      note: "n",
    }),
    { name: "it through the core group", method: "GET", path: `${at("events")}/new` },
    {
      name: "events about a pod",
      method: "GET",
      path: `${at("events")}?fieldSelector=involvedObject.name%3Dp,involvedObject.kind%3DPod`,
    },
    { name: "events by a bad field", method: "GET", path: `${at("events")}?fieldSelector=message%3Dm` },
    create("an experiment", experiments, experiment("e")),
    create("an experiment with an unknown field", experiments, experiment("unknown", { nonsense: 1 })),
    create("an experiment without anything", experiments, {
      apiVersion: "kubeflow.org/v1beta1",
      kind: "Experiment",
      metadata: { name: "empty" },
    }),
    create("an experiment of a wrong type", experiments, experiment("bad-13", { maxTrialCount: "three" })),
    merge("an experiment's count", `${at(experiments)}/e`, { spec: { maxTrialCount: 5 } }),
    merge("an experiment's status", `${at(experiments)}/e/status`, { status: { trials: 1, trialsRunning: 1 } }),
    merge("an experiment's label", `${at(experiments)}/e`, { metadata: { labels: { a: "b" } } }),
    {
      name: "replace an experiment",
      method: "PUT",
      path: `${at(experiments)}/e`,
      body: (said: Recall) => said("kinds: an experiment's label"),
    },
    { name: "read an experiment's status", method: "GET", path: `${at(experiments)}/e/status` },
    {
      name: "replace an experiment without version",
      method: "PUT",
      path: `${at(experiments)}/e`,
      body: experiment("e"),
    },
    create(
      "a trial",
      trials,
      trial("t", {
        objective: { type: "minimize", objectiveMetricName: "l" },
        parameterAssignments: [{ name: "a", value: "1" }],
      }),
    ),
    create("a trial with status", trials, { ...trial("ts"), status: { startTime: "2026-01-01T00:00:00Z" } }),
    create(
      "a trial of wrong types",
      trials,
      trial("bad-14", { objective: { type: 5 }, parameterAssignments: [{ name: 1 }] }),
    ),
    create(
      "a trial with an enum's unknown value",
      trials,
      trial("bad-15", { objective: { type: "sideways", objectiveMetricName: "l" } }),
    ),
    create("a suggestion", suggestions, {
      metadata: { name: "s" },
      spec: { algorithm: { algorithmName: "random" }, requests: 2 },
    }),
    create("a suggestion of kind and version", suggestions, {
      apiVersion: "kubeflow.org/v1beta1",
      kind: "Suggestion",
      metadata: { name: "s2" },
      spec: { algorithm: { algorithmName: "random" }, requests: 2 },
    }),
    create("a trial of another kind", trials, { apiVersion: "v1", kind: "Pod", metadata: { name: "p" } }),
    create("a trial of another version", trials, {
      apiVersion: "kubeflow.org/v1",
      kind: "Trial",
      metadata: { name: "p" },
    }),
  ];
});
