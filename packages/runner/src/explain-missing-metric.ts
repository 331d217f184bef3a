import { createReadStream, existsSync } from "node:fs";
import { POD, TRIAL_LABEL, type Trial } from "@qalam/api";
import { createStreamCollector, explainMissingMetric, type StreamDiagnosis, wantedMetrics } from "@qalam/collectors";
import type { ResourceStore } from "@qalam/store";
import { containerLog } from "./logs/log-paths.ts";
import { isPrimary } from "./trial-of-pod.ts";

/** Says why a finished trial has no objective, from the output that is on disk. */
export async function explainTrial(trial: Trial, store: ResourceStore, dataDirectory: string): Promise<string> {
  const objective = trial.spec.objective?.objectiveMetricName ?? "";
  return explainMissingMetric({
    objective,
    spec: trial.spec.metricsCollector,
    diagnosis: await diagnose(trial, store, dataDirectory),
  });
}

async function diagnose(
  trial: Trial,
  store: ResourceStore,
  dataDirectory: string,
): Promise<StreamDiagnosis | undefined> {
  const collector = createStreamCollector(trial.spec.metricsCollector, wantedMetrics(trial.spec.objective));
  const container = trial.spec.primaryContainerName ?? "";
  const namespace = trial.metadata.namespace ?? "";
  const { items } = await store.list(POD, {
    namespace,
    labelSelector: `${TRIAL_LABEL}=${trial.metadata.name}`,
    shared: true,
  });
  const pod = items.filter((one) => isPrimary(trial, one, container)).at(-1);
  if (collector === undefined || pod === undefined) return undefined;
  const attempt = pod.status?.containerStatuses?.find(({ name }) => name === container)?.restartCount ?? 0;
  const log = containerLog(
    dataDirectory,
    { namespace, name: pod.metadata.name, uid: pod.metadata.uid ?? "" },
    container,
    attempt,
  );
  if (!existsSync(log)) return undefined;
  for await (const chunk of createReadStream(log)) collector.push(chunk as Uint8Array);
  collector.end();
  return collector.diagnose();
}
