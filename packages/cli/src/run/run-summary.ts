import { type Experiment, hasCondition, latestCondition, objectiveValue } from "@qalam/api";
import { elapsed } from "../format/elapsed.ts";
import { textTable } from "../format/text-table.ts";

/** What a run ends with: how it ended, the best trial, its parameters and metrics. */
export function runSummary(experiment: Experiment): string {
  const { status, metadata, spec } = experiment;
  const condition = latestCondition(status?.conditions);
  const took = Date.parse(status?.completionTime ?? "") - Date.parse(status?.startTime ?? "");
  const lines = [
    `Experiment ${metadata.namespace}/${metadata.name} ${condition?.type.toLowerCase() ?? "unknown"}${Number.isNaN(took) ? "" : ` after ${elapsed(took)}`}: ${condition?.message ?? ""}`,
    `Trials: ${trialCounts(experiment)}`,
  ];
  const best = status?.currentOptimalTrial;
  if (best?.bestTrialName === undefined || best.bestTrialName === "" || spec.objective === undefined)
    return [...lines, "No trial gave a result."].join("\n");
  const parameters = (best.parameterAssignments ?? []).map(({ name, value }) => [name, value]);
  const metrics = (best.observation?.metrics ?? []).map(({ name, min = "", max = "", latest = "" }) => [
    name,
    latest,
    min,
    max,
  ]);
  return [
    ...lines,
    `\nBest trial: ${best.bestTrialName}  ${spec.objective.objectiveMetricName}=${objectiveValue(best.observation?.metrics, spec.objective)}\n`,
    textTable(["parameter", "value"], parameters),
    "",
    textTable(["metric", "latest", "min", "max"], metrics),
  ].join("\n");
}

/** `20: 18 succeeded, 2 failed`. */
function trialCounts({ status }: Experiment): string {
  const named: [number | undefined, string][] = [
    [status?.trialsSucceeded, "succeeded"],
    [status?.trialsEarlyStopped, "stopped early"],
    [status?.trialsFailed, "failed"],
    [status?.trialMetricsUnavailable, "without metrics"],
    [status?.trialsKilled, "killed"],
    [status?.trialsRunning, "running"],
    [status?.trialsPending, "waiting"],
  ];
  const parts = named.filter(([count]) => count !== undefined && count > 0).map(([count, name]) => `${count} ${name}`);
  return `${status?.trials ?? 0}${parts.length > 0 ? `: ${parts.join(", ")}` : ""}`;
}

/** True when the run reached what it was for. */
export function runSucceeded(experiment: Experiment | undefined): boolean {
  return experiment !== undefined && hasCondition(experiment.status?.conditions, "Succeeded");
}
