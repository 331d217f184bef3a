import type { MetricsCollectorSpec, ObjectiveSpec } from "@qalam/api";
import type { StreamCollector } from "./collector.ts";
import { JsonLinesCollector } from "./json-lines-collector.ts";
import { TextCollector } from "./text-collector.ts";

/** The metrics an experiment wants, the objective first. */
export function wantedMetrics(objective: ObjectiveSpec | undefined): string[] {
  const names = [
    objective?.objectiveMetricName,
    ...(objective?.additionalMetricNames ?? []),
    ...(objective?.additionalObjectives ?? []).map(({ objectiveMetricName }) => objectiveMetricName),
    ...(objective?.constraints ?? []).map(({ metricName }) => metricName),
  ];
  return [...new Set(names.filter((name): name is string => name !== undefined && name !== ""))];
}

/** The collector for a container's output or metrics file; undefined for kinds that read no stream (Push, None, Prometheus, event files). */
export function createStreamCollector(
  spec: MetricsCollectorSpec | undefined,
  metricNames: readonly string[],
): StreamCollector | undefined {
  const kind = spec?.collector?.kind ?? "StdOut";
  const isJson = spec?.source?.fileSystemPath?.format === "JSON";
  if (kind !== "StdOut" && kind !== "File") return undefined;
  return kind === "File" && isJson
    ? new JsonLinesCollector(metricNames)
    : new TextCollector(metricNames, spec?.source?.filter?.metricsFormat ?? []);
}
