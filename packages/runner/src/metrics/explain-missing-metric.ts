import { readFile, writeFile } from "node:fs/promises";
import { newestPod, POD, TRIAL_LABEL, type Trial } from "@qalam/api";
import { explainMissingMetric } from "@qalam/collectors";
import type { ResourceStore } from "@qalam/store";
import { PodFiles } from "../pod/pod-files.ts";
import { isPrimary } from "../trial-of-pod.ts";
import { customCollector } from "./custom-collector.ts";
import type { SourceDiagnosis } from "./metric-follower.ts";

/** What was seen of a run that has ended without its objective. */
export interface RunDiagnosis extends SourceDiagnosis {
  /** True when all output came at the very end. */
  readonly cameAtExit?: boolean;
}

/** Kept beside the run's other state, so that nothing need be read again to explain it. @param path what the names of the run's files begin with */
export async function saveDiagnosis(path: string, diagnosis: RunDiagnosis): Promise<void> {
  await writeFile(diagnosisOf(path), JSON.stringify(diagnosis));
}

/** Says why a finished trial has no objective, from what was seen of its last run. */
export async function explainTrial(trial: Trial, store: ResourceStore, dataDirectory: string): Promise<string> {
  const { diagnosis, files, cameAtExit } = (await readDiagnosis(trial, store, dataDirectory)) ?? {};
  return explainMissingMetric({
    objective: trial.spec.objective?.objectiveMetricName ?? "",
    spec: trial.spec.metricsCollector,
    diagnosis,
    ...(files !== undefined && { files }),
    ...(cameAtExit !== undefined && { cameAtExit }),
  });
}

async function readDiagnosis(
  trial: Trial,
  store: ResourceStore,
  dataDirectory: string,
): Promise<RunDiagnosis | undefined> {
  const container = trial.spec.primaryContainerName ?? "";
  const namespace = trial.metadata.namespace ?? "";
  const labelSelector = `${TRIAL_LABEL}=${trial.metadata.name}`;
  const { items } = await store.list(POD, { namespace, labelSelector, shared: true });
  const pod = newestPod(items.filter((one) => isPrimary(trial, one, container)));
  if (pod === undefined) return undefined;
  const { name, uid = "" } = pod.metadata;
  const reporter = customCollector(trial)?.name ?? container;
  const run = new PodFiles(dataDirectory, { namespace, name, uid }).runs(reporter).at(-1);
  if (run === undefined) return undefined;
  try {
    return JSON.parse(await readFile(diagnosisOf(run.place.path), "utf8")) as RunDiagnosis;
  } catch {
    return undefined; // it ended before anything could be read
  }
}

function diagnosisOf(path: string): string {
  return `${path}.diagnosis`;
}
