import { type Backoff, exponentialBackoff } from "@qalam/client";

/** Until another command has taken the place of a server that ended: some seconds. */
const REPETITIONS = 7;

/** Makes a call again while it fails in a way that passes. @throws the last error */
export async function tryAgain<T>(
  call: () => Promise<T>,
  passes: (error: unknown) => boolean,
  backoff: Backoff = exponentialBackoff,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!passes(error) || attempt === REPETITIONS) throw error;
      await backoff({ attempt, error, signal: undefined });
    }
  }
}
