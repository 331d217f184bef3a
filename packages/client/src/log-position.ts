/** By how much of its beginning a log is recognised, in bytes. */
const REMEMBERED = 4096;

/** How far a log was read, so that reading it again from its beginning goes on from there. */
export class LogPosition {
  #read = 0;
  #beginning = new Uint8Array(0);

  /** What comes after the bytes that were read before; all of it when the log does not begin as it did, as it is another one then. */
  async *after(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let offset = 0;
    for await (const chunk of chunks) {
      if (!this.#isKnown(chunk, offset)) {
        // What agreed so far is the beginning of the other log.
        if (offset > 0) yield this.#beginning.slice(0, offset);
        [this.#read, this.#beginning] = [offset, this.#beginning.slice(0, offset)];
      }
      const start = Math.max(0, this.#read - offset);
      if (start < chunk.length) yield this.#taken(chunk, start);
      offset += chunk.length;
    }
  }

  #taken(chunk: Uint8Array, start: number): Uint8Array {
    const part = chunk.subarray(start);
    const room = REMEMBERED - this.#beginning.length;
    if (room > 0) this.#beginning = joined(this.#beginning, part.subarray(0, room));
    this.#read += part.length;
    return part;
  }

  /** Whether bytes at an offset are those that stood there before, as far as is remembered. */
  #isKnown(chunk: Uint8Array, offset: number): boolean {
    const before = this.#beginning.subarray(offset);
    return chunk.subarray(0, before.length).every((byte, index) => byte === before[index]);
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
