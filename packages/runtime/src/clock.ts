/** Time, handed in so that tests decide it. */
export interface Clock {
  now(): Date;
  /** Calls back once after a time. @returns a function that calls it off */
  after(milliseconds: number, callback: () => void): () => void;
}

/** The longest time Node's timers know; a longer one fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The clock of the machine. Its timers keep no process alive. */
export const systemClock: Clock = {
  now: () => new Date(),
  after(milliseconds, callback) {
    let timer: NodeJS.Timeout;
    const wait = (left: number): void => {
      timer = setTimeout(
        () => (left > LONGEST_TIMER_MS ? wait(left - LONGEST_TIMER_MS) : callback()),
        Math.min(left, LONGEST_TIMER_MS),
      );
      timer.unref();
    };
    wait(milliseconds);
    return () => clearTimeout(timer);
  },
};

/** RFC 3339 in UTC with second precision. */
export function timestampOf(clock: Clock): string {
  return `${clock.now().toISOString().slice(0, 19)}Z`;
}
