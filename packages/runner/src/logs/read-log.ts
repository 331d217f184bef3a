import { watch } from "node:fs";
import { open } from "node:fs/promises";
import { systemClock } from "@qalam/runtime";
import { Bell } from "../bell.ts";

const CHUNK_BYTES = 64 * 1024;

export interface ReadOptions {
  /** Offset of the first byte. */
  readonly start: number;
  /** While this is pending, reading goes on as the file grows. */
  readonly ended?: Promise<unknown>;
  readonly signal?: AbortSignal;
}

/** Reads a log to its end, or as it grows until nobody writes to it any more. */
export async function* readLog(path: string, { start, ended, signal }: ReadOptions): AsyncGenerator<Uint8Array> {
  const bell = new Bell(systemClock);
  let isOver = ended === undefined;
  const onEnd = () => {
    isOver = true;
    bell.ring();
  };
  ended?.then(onEnd, onEnd);
  const onAbort = () => bell.ring();
  signal?.addEventListener("abort", onAbort);
  const watcher = ended === undefined ? undefined : watch(path, () => bell.ring());
  const file = await open(path, "r");
  try {
    for (let position = start; signal?.aborted !== true; ) {
      const wasOver = isOver; // before reading: what was written until then is found
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, position);
      position += bytesRead;
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      else if (wasOver) return;
      else await bell.heard();
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    watcher?.close();
    await file.close();
  }
}
