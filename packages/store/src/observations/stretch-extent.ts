import type { MetricRow } from "./stretch.ts";

/** A part of one source's rows, both ends included. */
export interface SequenceWindow {
  readonly source: number;
  readonly from: number;
  readonly to: number;
}

/** When the rows of a stretch were reported and where they are stored, so that a part by time is found without reading the rest. */
export class StretchExtent {
  #since = Number.POSITIVE_INFINITY;
  #until = Number.NEGATIVE_INFINITY;
  readonly #windows = new Map<number, SequenceWindow>();

  /** The first second of which there are rows, since 1970; like `until` without meaning as long as there is none. */
  get since(): number {
    return this.#since;
  }

  /** The last second of which there are rows. */
  get until(): number {
    return this.#until;
  }

  /** One of each source that has rows here. */
  get windows(): SequenceWindow[] {
    return [...this.#windows.values()];
  }

  add({ source, sequence, second }: Pick<MetricRow, "source" | "sequence" | "second">): void {
    this.#since = Math.min(this.#since, second);
    this.#until = Math.max(this.#until, second);
    const { from, to } = this.#windows.get(source) ?? { from: sequence, to: sequence };
    this.#windows.set(source, { source, from: Math.min(from, sequence), to: Math.max(to, sequence) });
  }

  /** What was kept of an extent: two seconds and its windows. */
  static of(since: number, until: number, windows: readonly SequenceWindow[]): StretchExtent {
    const extent = new StretchExtent();
    for (const { source, from, to } of windows)
      for (const [sequence, second] of [
        [from, since],
        [to, until],
      ] as const)
        extent.add({ source, sequence, second });
    return extent;
  }
}

/** Windows without overlap that hold the same rows, by source and place. */
export function mergedWindows(windows: readonly SequenceWindow[]): SequenceWindow[] {
  const merged: SequenceWindow[] = [];
  for (const next of [...windows].sort((a, b) => a.source - b.source || a.from - b.from)) {
    const last = merged.at(-1);
    if (last?.source === next.source && next.from <= last.to)
      merged[merged.length - 1] = { ...last, to: Math.max(last.to, next.to) };
    else merged.push(next);
  }
  return merged;
}
