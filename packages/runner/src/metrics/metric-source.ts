import { join } from "node:path";
import { METRICS_PORT_ENV, parseDuration, SCRAPE_INTERVAL_ANNOTATION } from "@qalam/api";
import { createStreamCollector, type StreamCollector, wantedMetrics } from "@qalam/collectors";
import type { HTTPHeader } from "kubernetes-types/core/v1.js";
import { containerEnvironment } from "../container/container-environment.ts";
import { mapPaths } from "../container/path-mapping.ts";
import { annotationsOf, type PreparationInput, pathMappings } from "../container/prepare-container.ts";
import type { RunnerContext } from "../runner-context.ts";
import { customCollector } from "./custom-collector.ts";
import { DEFAULT_PORT } from "./metric-environment.ts";
import type { ScrapeTarget } from "./scrape.ts";

const SCRAPE_INTERVAL_MS = 1_000;
const SCRAPE_TIMEOUT_MS = 10_000;

/** Where a run reports its metrics. */
export type MetricPlace =
  | { readonly kind: "log"; readonly collector: StreamCollector }
  | {
      readonly kind: "files";
      /** On this machine. */
      readonly path: string;
      readonly isFolder: boolean;
      readonly newCollector: NewCollector;
    }
  | { readonly kind: "exporter"; readonly target: ScrapeTarget; readonly interval: number; readonly hint?: string };

/** @param folder below the place in which the file lies @param step of what was written before */
type NewCollector = (folder: string, step?: number) => StreamCollector;

export interface MetricSource {
  readonly trialUid: string;
  /** The objective first. */
  readonly metricNames: readonly string[];
  /** Names the run. */
  readonly source: string;
  readonly place: MetricPlace;
}

/**
 * Where a trial's metrics come from: the output of its primary container, a file or event files that it writes, an exporter in it, the output of the user's own collector. Undefined for other
 * containers, and for trials that report by themselves.
 * @param source names the run
 */
export async function metricSource(
  input: PreparationInput,
  source: string,
  context: RunnerContext,
): Promise<MetricSource | undefined> {
  const { trial, isPrimary, isCollector } = input;
  if (trial === undefined || !(customCollector(trial) === undefined ? isPrimary : isCollector)) return undefined;
  const metricNames = wantedMetrics(trial.spec.objective);
  const place = await placeOf(input, metricNames, context);
  return place && { trialUid: trial.metadata.uid ?? "", metricNames, source, place };
}

async function placeOf(
  input: PreparationInput,
  metricNames: readonly string[],
  context: RunnerContext,
): Promise<MetricPlace | undefined> {
  const spec = input.trial?.spec.metricsCollector;
  const kind = spec?.collector?.kind;
  if (kind === "PrometheusMetric") return exporter(input, context);
  const path = spec?.source?.fileSystemPath?.path ?? "";
  const create = (folder: string, step?: number) =>
    createStreamCollector(spec, metricNames, folder === "" ? path : join(path, folder), step);
  const collector = create("");
  if (collector === undefined) return undefined;
  if (kind !== "File" && kind !== "TensorFlowEvent") return { kind: "log", collector };
  const newCollector: NewCollector = (folder, step) => create(folder, step) as StreamCollector;
  const declared = await containerEnvironment(input.container, input.pod, context.store);
  const mapped = mapPaths(path, pathMappings(input, declared, context)).replace(/(?<=.)\/+$/, "");
  return { kind: "files", path: mapped, isFolder: kind === "TensorFlowEvent", newCollector };
}

async function exporter(input: PreparationInput, context: RunnerContext): Promise<MetricPlace> {
  const { trial, scratch } = input;
  const {
    port,
    path = "/metrics",
    host,
    scheme = "HTTP",
    httpHeaders = [],
  } = trial?.spec.metricsCollector?.source?.httpGet ?? { port: DEFAULT_PORT };
  const own = host === undefined ? await context.ports.of(scratch, Number(port)) : Number(port);
  const url = new URL(`${scheme.toLowerCase()}://${host ?? "127.0.0.1"}:${own}${path}`);
  const headers = Object.fromEntries((httpHeaders as HTTPHeader[]).map(({ name, value }) => [name, value]));
  const interval = parseDuration(annotationsOf(input, context)[SCRAPE_INTERVAL_ANNOTATION] ?? "") ?? SCRAPE_INTERVAL_MS;
  const target = { url, headers, timeout: SCRAPE_TIMEOUT_MS };
  if (own === Number(port)) return { kind: "exporter", target, interval };
  const hint = `port ${port} was taken: the exporter is to listen at the port in $${METRICS_PORT_ENV}`;
  return { kind: "exporter", target, interval, hint };
}
