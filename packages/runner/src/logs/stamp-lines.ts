import { statSync } from "node:fs";
import { ArrivalTimes } from "./arrival-times.ts";

const LF = 10;

/**
 * Puts before each line the time at which it began to arrive. Bytes stay as they are.
 * @param start offset of the first byte, which begins a line
 * @param now milliseconds: the time of what has just been written, while a log is followed
 */
export async function* stampLines(
  source: AsyncIterable<Uint8Array>,
  start: number,
  log: string,
  now: () => number,
): AsyncGenerator<Uint8Array> {
  const known = ArrivalTimes.read(log);
  const { size } = statSync(log);
  let offset = start;
  let isLineStart = true;
  for await (const chunk of source) {
    const parts: Uint8Array[] = [];
    for (let from = 0; from < chunk.length; ) {
      if (isLineStart) parts.push(Buffer.from(`${rfc3339(offset + from < size ? known.at(offset + from) : now())} `));
      const end = chunk.indexOf(LF, from);
      isLineStart = end !== -1;
      const next = end === -1 ? chunk.length : end + 1;
      parts.push(chunk.subarray(from, next));
      from = next;
    }
    offset += chunk.length;
    yield Buffer.concat(parts);
  }
}

/** With nanoseconds, as Kubernetes writes it. */
function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000000Z");
}
