import type { MetricsCollectorSpec } from "@qalam/api";
import type { StreamDiagnosis } from "./collector.ts";
import { filterHint } from "./filter-hint.ts";
import { jsonHint } from "./json-hint.ts";
import { MAX_LINE_BYTES } from "./line-runs.ts";

/** What the explanation is made from. */
export interface MissingMetric {
  readonly objective: string;
  readonly spec: MetricsCollectorSpec | undefined;
  /** Absent when nothing could be read at all. */
  readonly diagnosis: StreamDiagnosis | undefined;
  /** How many files were read, when files were looked for. */
  readonly files?: number;
  /** True when all output came at the very end: the training buffers it. */
  readonly cameAtExit?: boolean;
}

/** Why an objective never arrived: what was looked for, where, how much was read, the closest lines, what to write. */
export function explainMissingMetric(missing: MissingMetric): string {
  const { objective, spec, diagnosis, cameAtExit } = missing;
  const parts = [
    `metric "${objective}" was not found: looked for ${wanted(objective, spec)} in ${place(spec)}`,
    amount(missing),
    ...closeOnes(missing),
    ...(diagnosis?.problems ?? []),
  ];
  if (cameAtExit === true)
    parts.push(
      "all output came at exit; flush it (Python: python -u or print(…, flush=True); other programs: stdbuf -oL) to see metrics while the training runs",
    );
  return parts.join("; ");
}

function kindOf(spec: MetricsCollectorSpec | undefined): string {
  return spec?.collector?.kind ?? "StdOut";
}

function wanted(objective: string, spec: MetricsCollectorSpec | undefined): string {
  const filters = spec?.source?.filter?.metricsFormat;
  if (kindOf(spec) === "PrometheusMetric") return `the series ${objective}`;
  if (kindOf(spec) === "TensorFlowEvent") return `the tag ${objective}`;
  if (spec?.source?.fileSystemPath?.format === "JSON") return `JSON lines like {"${objective}": 0.95}`;
  if (filters !== undefined && filters.length > 0) return `matches of ${filters.join(" and ")} named "${objective}"`;
  return `lines like ${objective}=0.95`;
}

function place(spec: MetricsCollectorSpec | undefined): string {
  const path = spec?.source?.fileSystemPath?.path;
  switch (kindOf(spec)) {
    case "File":
      return `the file ${path}`;
    case "StdOut":
      return "the training's output";
    case "TensorFlowEvent":
      return `event files (*tfevents*) below ${path}`;
    case "Custom":
      return `the output of the collector ${spec?.collector?.customCollector?.name}, which may also push`;
    case "PrometheusMetric":
      return `what the exporter at port ${spec?.source?.httpGet?.port}, path ${spec?.source?.httpGet?.path} shows`;
    default:
      return `what the ${kindOf(spec)} collector reported`;
  }
}

function amount({ spec, diagnosis, files }: MissingMetric): string {
  if (files === 0) return kindOf(spec) === "File" ? "the file never appeared" : "no such file appeared";
  if (diagnosis === undefined) return "nothing could be read";
  if (kindOf(spec) === "PrometheusMetric" && diagnosis.units === 0) return "it never answered";
  if (diagnosis.bytes === 0) return "it is empty";
  const size = `${diagnosis.units} ${unit(kindOf(spec))}${diagnosis.units === 1 ? "" : "s"} (${diagnosis.bytes} bytes)`;
  const cut =
    diagnosis.bytes / diagnosis.units > MAX_LINE_BYTES && unit(kindOf(spec)) === "line"
      ? `, of each line the first ${MAX_LINE_BYTES} bytes`
      : "";
  return `read ${files === undefined || files === 1 ? "" : `${files} files, `}${size}${cut}`;
}

function unit(kind: string): string {
  return kind === "TensorFlowEvent" ? "record" : kind === "PrometheusMetric" ? "answer" : "line";
}

function closeOnes({ objective, spec, diagnosis }: MissingMetric): string[] {
  const closest = diagnosis?.closest ?? [];
  if (closest.length === 0) return [];
  if (kindOf(spec) === "TensorFlowEvent") return [`tags there are: ${closest.join(", ")}`];
  if (kindOf(spec) === "PrometheusMetric") return [`series there are: ${closest.join(", ")}`];
  const last = closest.at(-1) ?? "";
  const hint = lineHint(objective, spec, closest);
  return [`closest line: ${JSON.stringify(last)}`, ...(hint === undefined ? [] : [hint])];
}

function lineHint(
  objective: string,
  spec: MetricsCollectorSpec | undefined,
  closest: readonly string[],
): string | undefined {
  const last = closest.at(-1) ?? "";
  if (spec?.source?.fileSystemPath?.format === "JSON") return jsonHint(objective, last);
  const byFilter = spec?.source?.filter?.metricsFormat?.map((filter) => filterHint(objective, filter, last)) ?? [];
  return byFilter.find((hint) => hint !== undefined) ?? nameHint(objective, closest);
}

/** `saw loss=none: a number is expected`, of a line that has the objective's name with a text or nothing. */
function valueHint(objective: string, line: string): string | undefined {
  for (let at = line.indexOf(objective); at !== -1; at = line.indexOf(objective, at + 1)) {
    const value = /^\s*=\s*(\S*)/.exec(line.slice(at + objective.length))?.[1];
    if (value === undefined || /[\w|-]/.test(line[at - 1] ?? "")) continue;
    return `saw ${objective}=${value}: a number is expected, such as ${objective}=0.5, or nan when there is none`;
  }
  return undefined;
}

/** `saw Accuracy=0.9; the objective is accuracy`. */
function nameHint(objective: string, lines: readonly string[]): string | undefined {
  for (const line of [...lines].reverse()) {
    const match = /([^\s=:,;"'{}()]+)["']?\s*([=:])\s*["']?([+-]?(?:[\d.][\d.,]*(?:[Ee][+-]?\d+)?|nan|inf))/i.exec(
      line,
    );
    if (match === null) {
      const hint = valueHint(objective, line);
      if (hint === undefined) continue;
      return hint;
    }
    const [saw, name, sign, value = ""] = match;
    if (name !== objective)
      return `saw ${saw}; the objective is ${objective}: print ${objective}=${value}, or change objectiveMetricName or the filter`;
    if (value.includes(",")) return `saw ${saw}: write numbers with a point`;
    if (sign === ":")
      return `saw ${saw}: print ${objective}=${value}, or give the filter ([\\w-]+)\\s*:\\s*([+-]?\\d[\\d.eE+-]*)`;
  }
  return undefined;
}
