import type { KubeObject } from "@qalam/api";
import { ExpiredError } from "../errors.ts";
import type { ResourceWatch, WatchEvent } from "../resource-store.ts";
import type { Change } from "./change.ts";
import { copyJson } from "./json-value.ts";
import type { ResourceTable } from "./resource-table.ts";
import type { Predicate } from "./selector.ts";

type Event = WatchEvent<KubeObject>;
type Result = IteratorResult<Event, undefined>;
interface Waiter {
  resolve(result: Result): void;
  reject(error: unknown): void;
}

export interface LogWatchOptions {
  readonly table: ResourceTable;
  /** The newest version the watcher knows. */
  readonly version: number;
  /** Objects to begin with. */
  readonly initial: readonly KubeObject[];
  /** Whether to say that the initial objects are complete. */
  readonly initialBookmark: boolean;
  readonly matches: Predicate | undefined;
  readonly shared: boolean;
  /** Least time between bookmarks; undefined: none are wanted. */
  readonly bookmarkInterval: number | undefined;
  readonly now: number;
  readonly onWaiting: (watch: LogWatch) => void;
  readonly onClosed: (watch: LogWatch) => void;
}

/** A reader of a table's change log. It has no buffer of its own, only a position; one that falls out of the log has expired. */
export class LogWatch implements ResourceWatch<KubeObject>, AsyncIterator<Event, undefined> {
  readonly #options: LogWatchOptions;
  #position: number;
  #initial: readonly KubeObject[];
  #sent = 0;
  #bookmarkDue: boolean;
  #version: number;
  #bookmarked: number;
  #waiters: Waiter[] = [];
  #closed = false;

  constructor(options: LogWatchOptions) {
    this.#options = options;
    this.#position = options.table.log.positionAfter(options.version);
    this.#initial = options.initial;
    this.#bookmarkDue = options.initialBookmark && options.bookmarkInterval !== undefined;
    this.#version = options.version;
    this.#bookmarked = options.now;
  }

  get table(): ResourceTable {
    return this.#options.table;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result> {
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.wake();
      if (this.#waiters.length > 0) this.#options.onWaiting(this);
    });
  }

  return(): Promise<Result> {
    this.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#initial = [];
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ done: true, value: undefined });
    this.#options.onClosed(this);
  }

  /** Hands waiting readers what there is. @returns whether any still wait */
  wake(): boolean {
    while (this.#waiters.length > 0) {
      if (this.#position < this.table.log.start) {
        this.#expire();
        return false;
      }
      const event = this.#poll();
      if (event === undefined) return true;
      this.#waiters.shift()!.resolve({ done: false, value: event });
    }
    return false;
  }

  /** Tells a reader that has seen everything how far the store is. */
  offerBookmark(version: number, now: number): void {
    const interval = this.#options.bookmarkInterval;
    if (interval === undefined || now - this.#bookmarked < interval) return;
    if (this.#waiters.length === 0 || version <= this.#version) return;
    this.#bookmarked = now;
    this.#version = version;
    this.#waiters.shift()!.resolve({ done: false, value: { type: "BOOKMARK", resourceVersion: String(version) } });
  }

  #expire(): void {
    const waiter = this.#waiters.shift()!;
    waiter.reject(
      new ExpiredError(
        `too old resource version: ${this.#version} (oldest known: ${this.table.log.horizon}): the watch fell behind, list again`,
      ),
    );
    this.close();
  }

  #poll(): Event | undefined {
    if (this.#sent < this.#initial.length) return this.#added(this.#initial[this.#sent++]!);
    if (this.#bookmarkDue) {
      this.#bookmarkDue = false;
      this.#initial = [];
      this.#sent = 0;
      return { type: "BOOKMARK", resourceVersion: String(this.#version) };
    }
    const { log } = this.table;
    while (this.#position < log.end) {
      const change = log.at(this.#position++);
      this.#version = change.version;
      const event = this.#translate(change);
      if (event !== undefined) return event;
    }
    return undefined;
  }

  #added(object: KubeObject): Event {
    return { type: "ADDED", object: this.#handOut(object) };
  }

  /** What a change means to somebody who sees only matching objects. */
  #translate({ type, object, previous }: Change): Event | undefined {
    const { matches } = this.#options;
    const before = previous !== undefined && (matches === undefined || matches(previous));
    const after = type !== "DELETED" && (matches === undefined || matches(object));
    if (after) return { type: before ? "MODIFIED" : "ADDED", object: this.#handOut(object) };
    if (!before) return undefined;
    return { type: "DELETED", object: this.#handOut(type === "DELETED" ? object : lastSeen(previous, object)) };
  }

  #handOut(object: KubeObject): KubeObject {
    return this.#options.shared ? object : copyJson(object);
  }
}

/** The state that matched last, with the version at which it stopped. */
function lastSeen(previous: KubeObject, { metadata }: KubeObject): KubeObject {
  const resourceVersion = metadata.resourceVersion!;
  return Object.freeze({ ...previous, metadata: Object.freeze({ ...previous.metadata, resourceVersion }) });
}

/** A watch that says only why it could not begin. */
export function failedWatch(error: unknown): ResourceWatch<never> {
  let told = false;
  const iterator: AsyncIterator<never, undefined> = {
    next() {
      if (told) return Promise.resolve({ done: true, value: undefined });
      told = true;
      return Promise.reject(error);
    },
  };
  const close = () => {
    told = true;
  };
  return { close, [Symbol.asyncIterator]: () => iterator };
}
