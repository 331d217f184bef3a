import { METRICS_PORT_ENV } from "@qalam/api";
import type { PreparationInput } from "../container/prepare-container.ts";
import type { RunnerContext } from "../runner-context.ts";

/** Katib's, for an exporter (Katib behaviour 5.1). */
export const DEFAULT_PORT = 8080;

/** What the primary container is told of how its metrics are collected. */
export async function metricEnvironment(
  { trial, isPrimary, scratch }: PreparationInput,
  { ports }: Pick<RunnerContext, "ports">,
): Promise<Record<string, string>> {
  const { collector, source } = trial?.spec.metricsCollector ?? {};
  if (!isPrimary || collector?.kind !== "PrometheusMetric" || source?.httpGet?.host !== undefined) return {};
  return { [METRICS_PORT_ENV]: String(await ports.of(scratch, Number(source?.httpGet?.port ?? DEFAULT_PORT))) };
}
