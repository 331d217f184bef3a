/** A line longer than this is cut: the rest of it is skipped and counted, so that memory stays bounded. */
export const MAX_LINE_BYTES = 1024 * 1024;

const LF = 10;
const CR = 13;

/** Cuts a byte stream where lines end (a line feed, or a carriage return as progress bars write it) and hands on runs of whole lines, without copying where it can. */
export class LineRuns {
  readonly #onRun: (lines: Buffer, offset: number) => void;
  /** Beginnings of a line whose end has not come yet. */
  #parts: Buffer[] = [];
  #kept = 0;
  /** Offset of the unfinished line in the stream. */
  #lineStart = 0;
  #position = 0;

  /** @param onRun called with one or more whole lines; the buffer is only valid during the call */
  constructor(onRun: (lines: Buffer, offset: number) => void) {
    this.#onRun = onRun;
  }

  get bytes(): number {
    return this.#position;
  }

  push(chunk: Uint8Array): void {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const end = Math.max(buffer.lastIndexOf(LF), buffer.lastIndexOf(CR)) + 1;
    let start = 0;
    if (end > 0 && this.#kept > 0) {
      start = nextLineEnd(buffer, 0, buffer.includes(CR)) + 1;
      this.#parts.push(buffer.subarray(0, Math.max(0, Math.min(start, MAX_LINE_BYTES - this.#kept))));
      this.end();
    }
    if (end > start) this.#onRun(buffer.subarray(start, end), this.#position + start);
    if (end > 0) this.#lineStart = this.#position + end;
    this.#keep(buffer.subarray(end));
    this.#position += buffer.length;
  }

  /** The last line may have no end. */
  end(): void {
    if (this.#parts.length === 0) return;
    const line = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#kept = 0;
    this.#onRun(line, this.#lineStart);
  }

  #keep(rest: Buffer): void {
    if (rest.length === 0) return;
    const room = MAX_LINE_BYTES - this.#kept;
    if (room > 0) this.#parts.push(Buffer.from(rest.subarray(0, room)));
    this.#kept += Math.min(room, rest.length);
  }
}

/** Calls back per non-empty line of a run, without its end, cut where it is too long. */
export function forEachLine(run: Buffer, onLine: (line: Buffer, start: number) => void): void {
  const hasReturns = run.includes(CR);
  for (let start = 0; start < run.length; ) {
    const found = nextLineEnd(run, start, hasReturns);
    const end = found === -1 ? run.length : found;
    if (end > start) onLine(run.subarray(start, Math.min(end, start + MAX_LINE_BYTES)), start);
    start = end + 1;
  }
}

function nextLineEnd(buffer: Buffer, start: number, hasReturns: boolean): number {
  const feed = buffer.indexOf(LF, start);
  if (!hasReturns) return feed;
  const carriage = buffer.indexOf(CR, start);
  if (feed === -1 || carriage === -1) return Math.max(feed, carriage);
  return Math.min(feed, carriage);
}
