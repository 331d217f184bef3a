/**
 * Ctrl-C and termination as a signal: the first asks for an orderly end, the second ends at once.
 * @returns the signal, and a function that gives the process its own handlers back
 */
export function onInterrupt(say: (line: string) => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const handler = () => {
    if (controller.signal.aborted) process.exit(130);
    say("\nStopping the trials (once more: leave at once; the next start finds what still runs) …");
    controller.abort();
  };
  process.on("SIGINT", handler);
  process.on("SIGTERM", handler);
  return {
    signal: controller.signal,
    release() {
      process.off("SIGINT", handler);
      process.off("SIGTERM", handler);
    },
  };
}
