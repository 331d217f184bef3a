import { ConflictError } from "@qalam/store";
import type { Clock } from "./clock.ts";

export interface WorkQueueOptions {
  /** Brings the object of a key to what it should be. A rejection is reported and tried again with growing delays. */
  readonly process: (key: string) => Promise<void>;
  readonly clock: Clock;
  /** Told of every rejection, but not of conflicts: those are tried again quietly, as a newer object is on its way. */
  readonly onError: (key: string, error: Error, attempt: number) => void;
  /** Keys worked on at the same time; one key never is. @default 16 */
  readonly concurrency?: number;
}

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 30_000;

interface Timer {
  readonly due: number;
  readonly cancel: () => void;
}

/** A queue of keys: a key waits once however often it is added, and one that is added while worked on is worked on again. */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #running = new Set<string>();
  readonly #again = new Set<string>();
  readonly #attempts = new Map<string, number>();
  readonly #timers = new Map<string, Timer>();
  #closed = false;
  #whenIdle: (() => void)[] = [];

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  add(key: string): void {
    if (this.#closed) return;
    if (this.#running.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    queueMicrotask(() => this.#work());
  }

  /** Adds a key later. Of several times set for a key only the earliest counts. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#closed) return;
    const { clock } = this.#options;
    const due = clock.now().getTime() + milliseconds;
    const set = this.#timers.get(key);
    if (set !== undefined && set.due <= due) return;
    set?.cancel();
    const cancel = clock.after(milliseconds, () => {
      this.#timers.delete(key);
      this.add(key);
    });
    this.#timers.set(key, { due, cancel });
  }

  /** No key waits or is worked on. Keys that were added for later do not count. */
  get isIdle(): boolean {
    return this.#waiting.size === 0 && this.#running.size === 0;
  }

  /** Resolves when the queue is idle. */
  idle(): Promise<void> {
    return this.isIdle ? Promise.resolve() : new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** Takes no more keys and resolves when those being worked on are done. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    this.#again.clear();
    for (const { cancel } of this.#timers.values()) cancel();
    this.#timers.clear();
    await this.idle();
  }

  #work(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= (this.#options.concurrency ?? 16)) return;
      this.#waiting.delete(key);
      this.#running.add(key);
      void this.#run(key);
    }
  }

  async #run(key: string): Promise<void> {
    try {
      await this.#options.process(key);
      this.#attempts.delete(key);
    } catch (error) {
      this.#retry(key, error instanceof Error ? error : new Error(String(error)));
    }
    this.#running.delete(key);
    if (this.#again.delete(key) && !this.#closed) this.#waiting.add(key);
    this.#work();
    if (this.isIdle) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #retry(key: string, error: Error): void {
    if (this.#closed) return;
    const attempt = (this.#attempts.get(key) ?? 0) + 1;
    this.#attempts.set(key, attempt);
    if (!(error instanceof ConflictError)) this.#options.onError(key, error, attempt);
    this.addAfter(key, Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempt - 1)));
  }
}
