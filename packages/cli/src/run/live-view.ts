import { styleText } from "node:util";
import { elapsed } from "../format/elapsed.ts";
import { fitWidth } from "../format/string-width.ts";
import type { ExperimentProgress } from "./experiment-progress.ts";

/** One frame of `qalam run` on a terminal. @param columns width of the terminal; lines never wrap, so that a frame can be redrawn in place */
export function liveView(progress: ExperimentProgress, columns: number, rows: number): string {
  const head = `${styleText("bold", `${progress.namespace}/${progress.name}`)}  ${progress.state}`;
  const spare = Math.max(1, rows - 6);
  const shown = progress.running.slice(0, spare);
  const lines = [
    head,
    `${bar(progress, Math.min(30, Math.max(10, columns - 60)))} ${countsLine(progress)}`,
    timeLine(progress),
    progress.best === undefined
      ? styleText("dim", "no result yet")
      : `best ${styleText("green", `${progress.best.objective}=${progress.best.value}`)}  ${progress.best.parameters}`,
    ...shown.map(
      (trial) =>
        `  ${styleText("cyan", shortName(trial.name, columns))} ${elapsed(trial.elapsed)}  ${trial.latest ?? styleText("dim", "no metric yet")}  ${styleText("dim", trial.parameters)}`,
    ),
    ...(progress.running.length > shown.length
      ? [styleText("dim", `  … and ${progress.running.length - shown.length} more`)]
      : []),
  ];
  return lines.map((line) => fitWidth(line, columns)).join("\n");
}

/** Names of trials differ at their end. */
function shortName(name: string, columns: number): string {
  const room = Math.max(9, Math.floor(columns / 3));
  return name.length <= room ? name : `…${name.slice(1 - room)}`;
}

function bar({ finished, total }: ExperimentProgress, width: number): string {
  if (total === undefined) return styleText("green", `${finished} trials`);
  const filled = Math.min(width, Math.round((width * finished) / Math.max(1, total)));
  return `${styleText("green", "█".repeat(filled))}${styleText("dim", "░".repeat(width - filled))} ${finished}/${total}`;
}

/** `12 succeeded, 1 failed, 4 running`: only what there is. */
function countsLine({ counts }: ExperimentProgress): string {
  const named: [number, string][] = [
    [counts.succeeded, "succeeded"],
    [counts.earlyStopped, "stopped early"],
    [counts.failed, "failed"],
    [counts.metricsUnavailable, "without metrics"],
    [counts.killed, "killed"],
    [counts.running, "running"],
    [counts.pending, "waiting"],
  ];
  return named
    .filter(([count]) => count > 0)
    .map(([count, name]) => `${count} ${name}`)
    .join(", ");
}

function timeLine(progress: ExperimentProgress): string {
  const rest = progress.remaining === undefined ? "" : `, about ${elapsed(progress.remaining)} to go`;
  return styleText("dim", `${elapsed(progress.elapsed)} elapsed${rest}`);
}
