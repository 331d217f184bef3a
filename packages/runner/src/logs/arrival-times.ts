import { appendFileSync, closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";

/** Arrivals closer together than this share one entry. */
const RESOLUTION_MS = 100;
/** Two little-endian doubles: size of the log, milliseconds. */
const ENTRY_BYTES = 16;

/** Everything before `size` had arrived by `time`. */
interface Arrival {
  readonly size: number;
  /** Milliseconds. */
  readonly time: number;
}

/** Where the arrival times of a log are kept. */
function timesOf(log: string): string {
  return log.replace(/\.log$/, ".times");
}

/** Notes when a log grew. The log itself stays as the container wrote it. */
export class ArrivalRecorder {
  readonly #log: string;
  readonly #now: () => number;
  #last: Arrival;
  #pending: Arrival | undefined;
  #newest: number;

  /** @param now milliseconds @param isNew nobody noted anything before; else it goes on where an earlier server ended */
  constructor(log: string, now: () => number, isNew: boolean) {
    this.#log = log;
    this.#now = now;
    this.#last = (isNew ? undefined : lastArrival(log)) ?? { size: 0, time: Number.NEGATIVE_INFINITY };
    this.#newest = this.#last.time;
  }

  /** Time of the newest arrival; never goes back, whatever the machine's clock does. */
  get time(): number {
    this.#newest = Math.max(this.#newest, this.#now());
    return this.#newest;
  }

  /** The log may have grown. */
  note(): void {
    const size = statSync(this.#log, { throwIfNoEntry: false })?.size ?? 0;
    const { time } = this;
    if (size <= (this.#pending ?? this.#last).size) return;
    if (this.#pending !== undefined && time - this.#pending.time >= RESOLUTION_MS) this.flush();
    this.#pending = { size, time: this.#pending?.time ?? time };
  }

  /** Nothing is written any more. A log that came all at once needs no entry: it says itself when it last grew. */
  end(): void {
    if (this.#last.size > 0) this.flush();
  }

  /** Writes what is not written yet. */
  flush(): void {
    if (this.#pending === undefined) return;
    const entry = Buffer.alloc(ENTRY_BYTES);
    entry.writeDoubleLE(this.#pending.size, 0);
    entry.writeDoubleLE(this.#pending.time, 8);
    appendFileSync(timesOf(this.#log), entry, { mode: 0o600 });
    this.#last = this.#pending;
    this.#pending = undefined;
  }
}

/** The arrival times of a log, to look them up. */
export class ArrivalTimes {
  readonly #entries: readonly Arrival[];
  /** For what no entry covers: when the log last grew. */
  readonly #newest: number;

  private constructor(entries: readonly Arrival[], newest: number) {
    this.#entries = entries;
    this.#newest = newest;
  }

  static read(log: string): ArrivalTimes {
    return new ArrivalTimes(readEntries(log), statSync(log).mtimeMs);
  }

  /** Milliseconds at which the byte at an offset had arrived. */
  at(offset: number): number {
    return this.#entries[this.#find((entry) => entry.size > offset)]?.time ?? this.#newest;
  }

  /** The offset of the first byte that arrived at or after a time. */
  offsetSince(time: number): number {
    const index = this.#find((entry) => entry.time >= time);
    if (index === this.#entries.length && this.#newest < time) return Number.POSITIVE_INFINITY;
    return index === 0 ? 0 : (this.#entries[index - 1]?.size ?? 0);
  }

  /** The first entry for which it holds; sizes and times both only grow. */
  #find(holds: (entry: Arrival) => boolean): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(this.#entries[middle] as Arrival)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function lastArrival(log: string): Arrival | undefined {
  return readEntries(log, 1).at(-1);
}

/** @param last only so many from the end */
function readEntries(log: string, last = Number.POSITIVE_INFINITY): Arrival[] {
  let file: number;
  try {
    file = openSync(timesOf(log), "r");
  } catch {
    return []; // nothing was written yet
  }
  try {
    const count = Math.floor(fstatSync(file).size / ENTRY_BYTES);
    const first = Math.max(0, count - last);
    const bytes = Buffer.alloc((count - first) * ENTRY_BYTES);
    readSync(file, bytes, 0, bytes.length, first * ENTRY_BYTES);
    return Array.from({ length: count - first }, (_, i) => ({
      size: bytes.readDoubleLE(i * ENTRY_BYTES),
      time: bytes.readDoubleLE(i * ENTRY_BYTES + 8),
    }));
  } finally {
    closeSync(file);
  }
}
