import { EXIT } from "../command-error.ts";

export interface Interruption {
  readonly signal: AbortSignal;
  readonly interrupt: () => void;
  readonly release: () => void;
}

/**
 * Ctrl-C and termination as a signal: the first asks for an orderly end, the second ends at once.
 * @returns the signal, a function that asks for the end from within, and one that gives the process its own handlers back
 */
export function onInterrupt(say: (line: string) => void): Interruption {
  const controller = new AbortController();
  const handler = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    say("\nStopping the trials (once more: leave at once; the next start finds what still runs) …");
    controller.abort();
  };
  process.on("SIGINT", handler);
  process.on("SIGTERM", handler);
  return {
    signal: controller.signal,
    interrupt: () => controller.abort(),
    release() {
      process.off("SIGINT", handler);
      process.off("SIGTERM", handler);
    },
  };
}

/** Runs what shows something until it ends by itself or is interrupted: then quietly, with the exit status of an interrupt. */
export async function interruptible(use: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const { signal, release } = onInterrupt(() => {});
  try {
    await use(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    release();
  }
  if (signal.aborted) process.exitCode = EXIT.interrupted;
}
