import { ApiError } from "./api-error.ts";

/** Why and for the how-manieth time in a row a connection is made again. */
export interface Retry {
  /** 0 for the first attempt after one that worked. */
  readonly attempt: number;
  /** What broke the connection; undefined when the server ended it in good order. */
  readonly error: unknown;
  readonly signal: AbortSignal | undefined;
}

/** Waits before a connection is made again; throws to give up. Must return soon after the signal aborts. */
export type Backoff = (retry: Retry) => Promise<void>;

const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/**
 * Waits 50–100 ms, then twice as long each time up to 5–10 s; at random, so that clients of a restarted server do not all come at once. Where the server says
 * when to come again, that much is waited before.
 */
export const exponentialBackoff: Backoff = ({ attempt, error, signal }) => {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
  return delay(asked + (longest * (1 + Math.random())) / 2, signal);
};

function delay(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", done);
  });
}
