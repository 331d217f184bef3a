/** Time, handed in so that tests decide it. */
export interface Clock {
  now(): Date;
  /** Calls back once after a time. @returns a function that calls it off */
  after(milliseconds: number, callback: () => void): () => void;
}

/** The clock of the machine. Its timers keep no process alive. */
export const systemClock: Clock = {
  now: () => new Date(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** RFC 3339 in UTC with second precision. */
export function timestampOf(clock: Clock): string {
  return `${clock.now().toISOString().slice(0, 19)}Z`;
}
