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
  /** What was seen so far, to explain a metric that never arrived. */
  diagnose(): StreamDiagnosis;
}

export interface StreamDiagnosis {
  readonly bytes: number;
  readonly lines: number;
  /** Rows per wanted metric. */
  readonly found: Readonly<Record<string, number>>;
  /** Lines that look most like the wanted objective but did not give it, newest last, at most 5, shortened. */
  readonly closest: readonly string[];
}
