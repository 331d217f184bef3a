import type { ServerResponse } from "node:http";

/** A reader that leaves this much unread is dropped: it can come back with the last version it saw. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

/** Whether a client has fallen too far behind to be written to. */
export function isTooSlow({ writableLength }: ServerResponse): boolean {
  return writableLength > MAX_UNREAD_BYTES;
}

/** Resolves once a client has room for more, or is gone: what there is already is written as fast as it reads, not all at once. */
export function roomFor(response: ServerResponse): Promise<void> {
  if (!response.writableNeedDrain || response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}
