/** A longer text is no value of a metric: it would make the trial too large to be stored. Architectures as text are far shorter. */
export const MAX_VALUE_LENGTH = 16 * 1024;

/** One value found in what a training wrote. The caller knows who wrote it and when it arrived, and adds both. */
export interface CollectedRow {
  readonly metric: string;
  /** As written. */
  readonly value: string;
  /** RFC 3339, when the training wrote one; otherwise the time of arrival counts. */
  readonly time?: string;
  /** Step or epoch, when the training wrote one. */
  readonly step?: number;
  /** Position in the stream (byte offset of the value): the same bytes always give the same sequence. */
  readonly sequence: number;
}

/**
 * Turns a stream of bytes into metric rows as they appear. Pure: the same bytes in any chunks give the same rows. Never throws on input:
 * what it cannot read it counts and shows in the diagnosis. Memory is bounded whatever the input (lines without end, binary, …).
 */
export interface StreamCollector {
  /** The next bytes, in any chunks. @returns the rows that became complete */
  push(chunk: Uint8Array): CollectedRow[];
  /** End of the stream: a last line without newline counts. */
  end(): CollectedRow[];
  /** The step that the lines to come have, unless they say another; what is written after this stream, to the next file of a rotated log, goes on with it. */
  readonly step?: number | undefined;
  /** What was seen so far, to explain a metric that never arrived. */
  diagnose(): StreamDiagnosis;
}

/** What was seen, to explain a metric that never arrived. */
export interface StreamDiagnosis {
  readonly bytes: number;
  /** Lines, or records of an event file, or answers of an exporter. */
  readonly units: number;
  /** Rows per wanted metric. */
  readonly found: Readonly<Record<string, number>>;
  /** What looks most like the wanted objective but did not give it (lines, tags, series), newest last, at most 5, shortened. */
  readonly closest: readonly string[];
  /** What could not be read, at most a few. */
  readonly problems: readonly string[];
}

/** What was seen in several files together. */
export function mergeDiagnoses(all: readonly StreamDiagnosis[]): StreamDiagnosis {
  const found: Record<string, number> = {};
  for (const one of all)
    for (const [metric, count] of Object.entries(one.found)) found[metric] = (found[metric] ?? 0) + count;
  return {
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    units: all.reduce((sum, { units }) => sum + units, 0),
    found,
    closest: [...new Set(all.flatMap(({ closest }) => closest))].slice(-5),
    problems: [...new Set(all.flatMap(({ problems }) => problems))].slice(0, 6),
  };
}
