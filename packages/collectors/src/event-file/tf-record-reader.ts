import { maskedCrc32c } from "./crc32c.ts";

/** Length (8 bytes) and its checksum (4 bytes) before the data; the checksum of the data after it. */
const HEADER_BYTES = 12;
const FOOTER_BYTES = 4;
/** Larger records (images, graphs) hold no scalars: they are passed over, so that memory stays bounded. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;

export interface TfRecord {
  /** Valid during the call only. */
  readonly data: Buffer;
  /** Where the record begins in the stream. */
  readonly offset: number;
}

export interface TfRecordHandlers {
  readonly onRecord: (record: TfRecord) => void;
  /** Something could not be read. */
  readonly onProblem: (problem: string) => void;
}

/**
 * Cuts a stream of bytes into TFRecords. A record that is not complete yet is waited for; after a damaged length the next header whose checksum is right is
 * looked for; damaged data is passed over by its length.
 */
export class TfRecordReader {
  readonly #handlers: TfRecordHandlers;
  #parts: Buffer[] = [];
  #pending = 0;
  /** Offset in the stream of the first pending byte. */
  #offset = 0;
  /** Pending bytes needed before anything can be done. */
  #needed = HEADER_BYTES;
  /** Bytes of a large record yet to come. */
  #skip = 0;
  #isLost = false;

  constructor(handlers: TfRecordHandlers) {
    this.#handlers = handlers;
  }

  /** Bytes of a record whose end has not come. */
  get pending(): number {
    return this.#pending + this.#skip;
  }

  push(chunk: Uint8Array): void {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const skipped = Math.min(this.#skip, buffer.length);
    this.#skip -= skipped;
    this.#offset += skipped;
    if (skipped === buffer.length) return;
    this.#parts.push(buffer.subarray(skipped));
    this.#pending += buffer.length - skipped;
    if (this.#pending >= this.#needed) this.#parse();
    else this.#parts[this.#parts.length - 1] = Buffer.from(buffer.subarray(skipped));
  }

  #parse(): void {
    const bytes = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts, this.#pending);
    let at = 0;
    this.#needed = HEADER_BYTES;
    while (bytes.length - at >= HEADER_BYTES) {
      const length = recordLength(bytes, at);
      if (length === undefined) {
        this.#lose(at);
        at += 1;
        continue;
      }
      this.#isLost = false;
      const size = HEADER_BYTES + length + FOOTER_BYTES;
      if (length > MAX_RECORD_BYTES) {
        this.#handlers.onProblem(
          `the record of ${length} bytes at byte ${this.#offset + at} was passed over: too large`,
        );
        this.#skip = Math.max(0, at + size - bytes.length);
        at = Math.min(bytes.length, at + size);
      } else if (bytes.length - at < size) {
        this.#needed = size;
        break;
      } else {
        this.#record(bytes.subarray(at, at + size), this.#offset + at);
        at += size;
      }
    }
    this.#parts = at === bytes.length ? [] : [Buffer.from(bytes.subarray(at))];
    this.#pending = bytes.length - at;
    this.#offset += at;
  }

  #record(bytes: Buffer, offset: number): void {
    const data = bytes.subarray(HEADER_BYTES, bytes.length - FOOTER_BYTES);
    if (maskedCrc32c(data) === bytes.readUInt32LE(bytes.length - FOOTER_BYTES))
      this.#handlers.onRecord({ data, offset });
    else this.#handlers.onProblem(`the record at byte ${offset} is damaged: its checksum is wrong`);
  }

  /** Said once for each stretch that cannot be read. */
  #lose(at: number): void {
    if (!this.#isLost)
      this.#handlers.onProblem(`no record begins at byte ${this.#offset + at}: damaged, or not an event file`);
    this.#isLost = true;
  }
}

/** Undefined when the header's checksum is wrong. */
function recordLength(bytes: Buffer, at: number): number | undefined {
  if (maskedCrc32c(bytes.subarray(at, at + 8)) !== bytes.readUInt32LE(at + 8)) return undefined;
  return Number(bytes.readBigUInt64LE(at));
}
