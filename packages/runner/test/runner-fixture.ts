import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CONFIG_MAP,
  JOB,
  type KubeObject,
  POD,
  type ResourceKind,
  SECRET,
  type StoredJob,
  type StoredPod,
  TRIAL,
  type Trial,
} from "@qalam/api";
import type { ObservationStore, ResourceStore } from "@qalam/store";
import { MemoryObservationStore, MemoryStore } from "@qalam/store/memory";
import { openDataDirectory } from "@qalam/store/sqlite";
import type { Container, PodSpec } from "kubernetes-types/core/v1.js";
import { onTestFinished } from "vitest";
import { podFolder } from "../src/container/run-paths.ts";
import { type Runner, type RunnerOptions, startRunner } from "../src/index.ts";

export interface Home {
  readonly store: ResourceStore;
  readonly observations: ObservationStore;
  readonly runner: Runner;
  /** Data directory. */
  readonly folder: string;
  readonly errors: Error[];
  /** Another runner over the same store and folder, after this one has ended. */
  restart(stopProcesses: boolean): Promise<Home>;
}

/** A folder of its own for a test, removed after it. */
function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "qalam-runner-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

export type StoreKind = "memory" | "sqlite";

async function openStores(kind: StoreKind, folder: string) {
  if (kind === "memory")
    return {
      store: new MemoryStore() as ResourceStore,
      observations: new MemoryObservationStore() as ObservationStore,
    };
  const data = await openDataDirectory(folder);
  return { store: data.resources, observations: data.observations, close: () => data.close() };
}

/** A runner over a store, closed after the test. */
export async function startHome(options: Partial<RunnerOptions> = {}, kind: StoreKind = "memory"): Promise<Home> {
  const folder = temporaryFolder();
  const { store, observations, close } = await openStores(kind, folder);
  onTestFinished(async () => close?.());
  const start = async (): Promise<Home> => {
    const errors: Error[] = [];
    const onError = (_where: string, error: Error) => void errors.push(error);
    const runner = await startRunner({ store, observations, dataDirectory: folder, onError, ...options });
    let closed: Promise<void> | undefined;
    const end = (stopProcesses: boolean) => (closed ??= runner.close(stopProcesses));
    onTestFinished(() => end(true));
    return { store, observations, runner, folder, errors, restart: (stop) => end(stop).then(start) };
  };
  return start();
}

export interface JobOptions {
  readonly name?: string;
  readonly job?: object;
  readonly pod?: Partial<PodSpec>;
  readonly container?: Partial<Container>;
  readonly ownerReferences?: object[];
  /** Of the pods. */
  readonly annotations?: Record<string, string>;
}

/** A Job of one container that runs a shell script. */
export function shellJob(script: string, options: JobOptions = {}): StoredJob {
  const { name = "job", job = {}, pod = {}, container = {}, ownerReferences, annotations } = options;
  const main = { name: "main", command: ["/bin/sh", "-c", script], ...container };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace: "default", ...(ownerReferences && { ownerReferences }) },
    spec: {
      ...job,
      template: {
        ...(annotations && { metadata: { annotations } }),
        spec: { restartPolicy: "Never", containers: [main], ...pod },
      },
    },
  } as unknown as StoredJob;
}

/** A bare pod of one container that runs a shell script. */
export function shellPod(script: string, spec: Partial<PodSpec> = {}, name = "pod"): StoredPod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { restartPolicy: "Never", containers: [{ name: "main", command: ["/bin/sh", "-c", script] }], ...spec },
  } as unknown as StoredPod;
}

/** A trial whose job runs a shell script and whose objective is `loss`. */
export async function createTrial(
  store: ResourceStore,
  script: string,
  options: JobOptions & {
    readonly trial?: Partial<Trial["spec"]>;
    readonly trialAnnotations?: Record<string, string>;
  } = {},
): Promise<Trial> {
  const { name = "trial", trial = {}, trialAnnotations = {} } = options;
  const stored = await store.create(TRIAL, {
    apiVersion: "kubeflow.org/v1beta1",
    kind: "Trial",
    metadata: {
      name,
      namespace: "default",
      labels: { "katib.kubeflow.org/experiment": "e", colour: "blue" },
      annotations: trialAnnotations,
    },
    spec: {
      objective: { type: "minimize", objectiveMetricName: "loss" },
      parameterAssignments: [],
      primaryContainerName: "main",
      ...trial,
    },
  } as unknown as Trial);
  const owner = { apiVersion: "kubeflow.org/v1beta1", kind: "Trial", name, uid: stored.metadata.uid, controller: true };
  await store.create(JOB, shellJob(script, { ...options, name, ownerReferences: [owner] }));
  return stored;
}

export async function createConfigMap(store: ResourceStore, name: string, data: Record<string, string>): Promise<void> {
  await store.create(CONFIG_MAP, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default" },
    data,
  });
}

/** @param data plain texts */
export async function createSecret(store: ResourceStore, name: string, data: Record<string, string>): Promise<void> {
  const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
  await store.create(SECRET, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "default" },
    data: Object.fromEntries(encoded),
  });
}

/** The first state of an object for which it holds; undefined stands for "is not there". */
export async function until<T extends KubeObject>(
  store: ResourceStore,
  kind: ResourceKind<T>,
  name: string,
  holds: (object: T) => boolean,
): Promise<T> {
  const watch = store.watch(kind, { namespace: "default", fieldSelector: `metadata.name=${name}` });
  try {
    for await (const event of watch)
      if (event.type !== "BOOKMARK" && event.type !== "DELETED" && holds(event.object)) return event.object;
  } finally {
    watch.close();
  }
  throw new Error("the watch ended");
}

/** Resolves when the object is gone. */
export async function untilGone(store: ResourceStore, kind: ResourceKind, name: string): Promise<void> {
  const watch = store.watch(kind, { namespace: "default" });
  try {
    if ((await store.get(kind, { namespace: "default", name })) === undefined) return;
    for await (const event of watch) if (event.type === "DELETED" && event.object.metadata.name === name) return;
  } finally {
    watch.close();
  }
}

export function jobHas(type: string): (job: StoredJob) => boolean {
  return ({ status }) => status?.conditions?.some((one) => one.type === type && one.status === "True") === true;
}

/** Creates a job and waits until it has ended. */
export async function runJob(store: ResourceStore, job: StoredJob): Promise<StoredJob> {
  await store.create(JOB, job);
  return until(store, JOB, job.metadata.name, (one) => jobHas("Complete")(one) || jobHas("Failed")(one));
}

export async function podsOf(store: ResourceStore, job: string): Promise<StoredPod[]> {
  return (await store.list(POD, { labelSelector: `job-name=${job}` })).items;
}

/** Everything a container wrote. */
export async function logOf(home: Home, pod: StoredPod, options: object = {}): Promise<string> {
  const parts: Uint8Array[] = [];
  const { namespace = "", name, uid = "" } = pod.metadata;
  for await (const part of home.runner.logs.read({ namespace, name, uid }, options)) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** The output of the only pod of a job that must complete. */
export async function outputOf(home: Home, script: string, options: JobOptions = {}): Promise<string> {
  const job = await runJob(home.store, shellJob(script, options));
  const [pod] = await podsOf(home.store, job.metadata.name);
  if (!jobHas("Complete")(job) || pod === undefined)
    throw new Error(JSON.stringify({ job: job.status, pod: pod?.status }));
  return logOf(home, pod);
}

/** A process that has ended but whose parent has not asked for it counts as gone. */
export function isRunning(pid: string | number): boolean {
  try {
    const stat = readFileSync(`/proc/${String(pid).trim()}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2)[0] !== "Z";
  } catch {
    return false;
  }
}

/** The folder of everything that goes with a pod. */
export function filesOf(folder: string, pod: StoredPod | undefined): string {
  const { namespace = "", name = "", uid = "" } = pod?.metadata ?? {};
  return podFolder(folder, { namespace, name, uid });
}
