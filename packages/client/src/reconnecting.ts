import { ApiError } from "./api-error.ts";
import type { Backoff } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import { ConnectionError } from "./connection-error.ts";

export interface ReconnectOptions {
  readonly backoff: Backoff;
  readonly signal: AbortSignal | undefined;
  /** Whether an answer that the server completed is the end; else it is asked again. */
  readonly endsWithAnswer: boolean;
  /** Refusals after which another attempt makes sense. */
  readonly isRecoverable?: (error: unknown) => boolean;
}

/**
 * One stream over as many connections as it takes; `open` goes on where the last one stopped. A server that never answered is not
 * waited for, as its address may be wrong.
 */
export async function* reconnecting<T>(
  connection: Connection,
  open: () => AsyncIterable<T>,
  { backoff, signal, endsWithAnswer, isRecoverable = () => false }: ReconnectOptions,
): AsyncGenerator<T> {
  const isOver = () => signal?.aborted === true;
  for (let attempt = 0; !isOver(); attempt++) {
    let failure: unknown;
    try {
      for await (const item of open()) {
        attempt = 0;
        yield item;
      }
      if (endsWithAnswer) return;
      attempt = 0;
    } catch (error) {
      if (isOver()) return;
      if (!isRecoverable(error) && !(connection.hasAnswered && isTransient(error))) throw error;
      failure = error;
    }
    if (!isOver()) await backoff({ attempt, error: failure, signal });
  }
}

function isTransient(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof ApiError && error.isTransient);
}
