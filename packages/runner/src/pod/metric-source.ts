import { containerEnvironment } from "../container/container-environment.ts";
import { mapPaths } from "../container/path-mapping.ts";
import { type PreparationInput, pathMappings } from "../container/prepare-container.ts";
import type { MetricSource } from "../logs/container-output.ts";
import type { RunnerContext } from "../runner-context.ts";

/**
 * Where a trial's metrics come from: the output of its primary container, or a file that it writes. Undefined for other containers, and for trials that
 * report in another way.
 * @param source names the run
 */
export async function metricSource(
  input: PreparationInput,
  source: string,
  context: RunnerContext,
): Promise<MetricSource | undefined> {
  const { trial, isPrimary, container, pod } = input;
  if (trial === undefined || !isPrimary) return undefined;
  const collector = context.collectorFor(trial);
  if (collector === undefined) return undefined;
  const found = { collector, trialUid: trial.metadata.uid ?? "", source };
  const { collector: chosen, source: from } = trial.spec.metricsCollector ?? {};
  if (chosen?.kind !== "File") return found;
  const declared = await containerEnvironment(container, pod, context.store);
  return { ...found, file: mapPaths(from?.fileSystemPath?.path ?? "", pathMappings(input, declared, context)) };
}
