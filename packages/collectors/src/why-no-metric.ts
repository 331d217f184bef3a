import type { MetricsCollectorSpec } from "@qalam/api";
import type { StreamDiagnosis } from "./collector.ts";

/** What the explanation is made from. */
export interface MissingMetric {
  readonly objective: string;
  readonly spec: MetricsCollectorSpec | undefined;
  /** Absent when nothing could be read at all. */
  readonly diagnosis: StreamDiagnosis | undefined;
  /** True when all output came at the very end: the training buffers it. */
  readonly cameAtExit?: boolean;
}

/** Why an objective never arrived: what was looked for, where, how much was read, the closest lines, what to write. */
export function explainMissingMetric({ objective, spec, diagnosis, cameAtExit }: MissingMetric): string {
  const kind = spec?.collector?.kind ?? "StdOut";
  const filters = spec?.source?.filter?.metricsFormat;
  const where =
    kind === "File"
      ? `the file ${spec?.source?.fileSystemPath?.path}`
      : kind === "StdOut"
        ? "the training's output"
        : `what the ${kind} collector reported`;
  const how =
    filters === undefined ? `lines like ${objective}=0.95` : `matches of ${filters.join(" and ")} named "${objective}"`;
  const parts = [`metric "${objective}" was not found: looked for ${how} in ${where}`];
  if (diagnosis === undefined) parts.push("nothing could be read");
  else if (diagnosis.bytes === 0) parts.push("it is empty");
  else parts.push(`read ${diagnosis.lines} lines (${diagnosis.bytes} bytes)`);
  const closest = diagnosis?.closest.at(-1);
  if (closest !== undefined) parts.push(`closest line: ${JSON.stringify(closest)}`);
  const hint = nameHint(objective, diagnosis?.closest ?? []);
  if (hint !== undefined) parts.push(hint);
  if (cameAtExit === true)
    parts.push("all output came at exit; flush it (python -u) to see metrics while the training runs");
  return parts.join("; ");
}

/** `saw Accuracy=0.9; the objective is accuracy`. */
function nameHint(objective: string, lines: readonly string[]): string | undefined {
  for (const line of [...lines].reverse()) {
    const match = /([\w./|-]+)\s*[=:]\s*([+-]?[\d.]+)/.exec(line);
    if (match !== null && match[1] !== objective)
      return `saw ${match[0]}; the objective is ${objective}: print ${objective}=${match[2]}, or change objectiveMetricName or the filter`;
  }
  return undefined;
}
