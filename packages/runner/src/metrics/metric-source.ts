import { join } from "node:path";
import { createStreamCollector, type StreamCollector, wantedMetrics } from "@qalam/collectors";
import { containerEnvironment } from "../container/container-environment.ts";
import { mapPaths } from "../container/path-mapping.ts";
import { type PreparationInput, pathMappings } from "../container/prepare-container.ts";
import type { RunnerContext } from "../runner-context.ts";

/** Where a run reports its metrics. */
export type MetricPlace =
  | { readonly kind: "log" }
  | {
      readonly kind: "files";
      /** On this machine. */
      readonly path: string;
      readonly isFolder: boolean;
    };

export interface MetricSource {
  readonly trialUid: string;
  readonly objective: string;
  /** Names the run. */
  readonly source: string;
  readonly place: MetricPlace;
  /** @param folder below the place in which the file lies */
  readonly newCollector: (folder: string) => StreamCollector;
}

/**
 * Where a trial's metrics come from: the output of its primary container, a file or event files that it writes. Undefined for other containers, and for
 * trials that report in another way.
 * @param source names the run
 */
export async function metricSource(
  input: PreparationInput,
  source: string,
  context: RunnerContext,
): Promise<MetricSource | undefined> {
  const { trial, isPrimary } = input;
  if (trial === undefined || !isPrimary) return undefined;
  const { metricsCollector: spec, objective } = trial.spec;
  const names = wantedMetrics(objective);
  const path = spec?.source?.fileSystemPath?.path ?? "";
  const create = (folder: string) => createStreamCollector(spec, names, folder === "" ? path : join(path, folder));
  if (create("") === undefined) return undefined;
  const place = await placeOf(spec?.collector?.kind, path, input, context);
  const newCollector = (folder: string) => create(folder) as StreamCollector;
  return { trialUid: trial.metadata.uid ?? "", objective: names[0] ?? "", source, place, newCollector };
}

async function placeOf(
  kind: string | undefined,
  path: string,
  input: PreparationInput,
  context: RunnerContext,
): Promise<MetricPlace> {
  if (kind !== "File" && kind !== "TensorFlowEvent") return { kind: "log" };
  const declared = await containerEnvironment(input.container, input.pod, context.store);
  const mapped = mapPaths(path, pathMappings(input, declared, context)).replace(/(?<=.)\/+$/, "");
  return { kind: "files", path: mapped, isFolder: kind === "TensorFlowEvent" };
}
