/** A line longer than this is cut: the rest of it is skipped and counted, so that memory stays bounded. */
const MAX_LINE_BYTES = 1024 * 1024;

const LF = 10;
const CR = 13;

/** Cuts a byte stream into lines. A line feed or a carriage return (progress bars) ends a line. */
export class LineSplitter {
  readonly #onLine: (line: Buffer, offset: number) => void;
  /** Beginnings of a line whose end has not come yet. */
  #parts: Buffer[] = [];
  #kept = 0;
  /** Offset of the current line in the stream. */
  #lineStart = 0;
  #position = 0;
  #lines = 0;

  /** @param onLine called per non-empty line, without its end; the buffer is only valid during the call */
  constructor(onLine: (line: Buffer, offset: number) => void) {
    this.#onLine = onLine;
  }

  get bytes(): number {
    return this.#position;
  }

  get lines(): number {
    return this.#lines;
  }

  push(chunk: Uint8Array): void {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const hasReturns = buffer.includes(CR);
    let start = 0;
    while (start < buffer.length) {
      const end = nextEnd(buffer, start, hasReturns);
      if (end === -1) break;
      this.#finish(buffer.subarray(start, end));
      start = end + 1;
      this.#lineStart = this.#position + start;
    }
    this.#keep(buffer.subarray(start));
    this.#position += buffer.length;
  }

  /** The last line may have no end. */
  end(): void {
    if (this.#parts.length > 0) this.#finish(Buffer.alloc(0));
  }

  #finish(last: Buffer): void {
    const line =
      this.#parts.length === 0
        ? last.subarray(0, MAX_LINE_BYTES)
        : Buffer.concat([...this.#parts, last.subarray(0, MAX_LINE_BYTES - this.#kept)]);
    this.#parts = [];
    this.#kept = 0;
    if (line.length === 0) return;
    this.#lines += 1;
    this.#onLine(line, this.#lineStart);
  }

  #keep(rest: Buffer): void {
    if (rest.length === 0) return;
    const room = MAX_LINE_BYTES - this.#kept;
    if (room > 0) this.#parts.push(Buffer.from(rest.subarray(0, room)));
    this.#kept += Math.min(room, rest.length);
  }
}

function nextEnd(buffer: Buffer, start: number, hasReturns: boolean): number {
  const feed = buffer.indexOf(LF, start);
  if (!hasReturns) return feed;
  const carriage = buffer.indexOf(CR, start);
  if (feed === -1 || carriage === -1) return Math.max(feed, carriage);
  return Math.min(feed, carriage);
}
