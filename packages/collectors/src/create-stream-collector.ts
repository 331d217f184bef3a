import type { MetricsCollectorSpec, ObjectiveSpec } from "@qalam/api";
import type { StreamCollector } from "./collector.ts";
import { EventFileCollector } from "./event-file/event-file-collector.ts";
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

/**
 * The collector for a container's output, a metrics file or an event file; undefined for kinds that read no stream.
 * @param folder path of the folder an event file lies in @param step of what was written before this stream
 */
export function createStreamCollector(
  spec: MetricsCollectorSpec | undefined,
  metricNames: readonly string[],
  folder?: string,
  step?: number,
): StreamCollector | undefined {
  const kind = spec?.collector?.kind ?? "StdOut";
  const filters = spec?.source?.filter?.metricsFormat ?? [];
  if (kind === "StdOut" || kind === "Custom") return new TextCollector(metricNames, filters, step);
  if (kind === "TensorFlowEvent")
    return new EventFileCollector(metricNames, folder, spec?.source?.fileSystemPath?.path);
  if (kind !== "File") return undefined;
  return spec?.source?.fileSystemPath?.format === "JSON"
    ? new JsonLinesCollector(metricNames)
    : new TextCollector(metricNames, filters, step);
}
