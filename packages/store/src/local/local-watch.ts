import type { KubeObject, ResourceKind } from "@qalam/api";
import type { Change, ChangeLog } from "../change-log.ts";
import { ExpiredError, InvalidRequestError } from "../errors.ts";
import { cloneJson } from "../json-value.ts";
import type { ResourceWatch, WatchEvent, WatchOptions } from "../resource-store.ts";
import { compileSelectors, type Selector } from "../selector.ts";

/** What a watch needs of its store. */
export interface WatchSource {
  readonly log: ChangeLog;
  /** Waits until no write is in flight. */
  settled(): Promise<void>;
  /** Committed objects of a kind. */
  objects(kind: ResourceKind): readonly KubeObject[];
  version(): number;
  /** Calls back when the store closes. */
  onClose(listener: () => void): () => void;
}

/** How often a quiet watch that asked for bookmarks gets one. */
const BOOKMARK_INTERVAL_MS = 60_000;

/** A watch over the shared change log: it holds a position, not a queue, so a slow reader costs nothing and learns when it fell too far behind. */
export class LocalWatch<T extends KubeObject> implements ResourceWatch<T> {
  readonly #source: WatchSource;
  readonly #kind: ResourceKind;
  readonly #options: WatchOptions;
  readonly #selects: Selector;
  readonly #stops: (() => void)[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(source: WatchSource, kind: ResourceKind<T>, options: WatchOptions) {
    this.#source = source;
    this.#kind = kind as ResourceKind;
    this.#options = options;
    this.#selects = compileSelectors(this.#kind, options);
    const wake = () => this.#wake?.();
    this.#stops.push(
      source.log.onAppend(wake),
      source.onClose(() => this.close()),
    );
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stops.splice(0)) stop();
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchEvent<T>> {
    try {
      await this.#source.settled();
      let position = this.#options.resourceVersion ? this.#resume(this.#options.resourceVersion) : undefined;
      if (position === undefined) {
        position = this.#source.log.end;
        const objects = this.#source.objects(this.#kind).filter(this.#selects);
        for (const object of objects) yield this.#event("ADDED", object);
        if (this.#options.allowBookmarks === true)
          yield { type: "BOOKMARK", resourceVersion: String(this.#source.version()) };
      }
      yield* this.#follow(position);
    } finally {
      this.close();
    }
  }

  async *#follow(start: number): AsyncGenerator<WatchEvent<T>> {
    let position = start;
    while (!this.#closed) {
      const change = this.#source.log.at(position);
      if (change === "forgotten") throw new ExpiredError("this watch fell too far behind: list again");
      if (change === undefined) {
        if (await this.#sleep()) yield { type: "BOOKMARK", resourceVersion: String(this.#source.version()) };
        continue;
      }
      position += 1;
      const event = this.#translate(change);
      if (event !== undefined) yield event;
    }
  }

  #resume(version: string): number {
    if (!/^\d+$/.test(version)) throw new InvalidRequestError(`invalid resource version "${version}"`);
    const position = this.#source.log.positionAfter(Number(version));
    if (position === undefined || Number(version) > this.#source.version())
      throw new ExpiredError(`too old resource version: ${version} (${this.#source.version()})`);
    return position;
  }

  /** An object that starts or stops matching is seen as added or deleted. */
  #translate({ kind, type, object, previous }: Change): WatchEvent<T> | undefined {
    if (kind.plural !== this.#kind.plural || kind.group !== this.#kind.group) return undefined;
    const now = this.#selects(object);
    const before = previous !== undefined && this.#selects(previous);
    if (type === "DELETED") return before ? this.#event("DELETED", object) : undefined;
    if (now) return this.#event(before ? "MODIFIED" : "ADDED", object);
    return before ? this.#event("DELETED", object) : undefined;
  }

  #event(type: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject): WatchEvent<T> {
    return { type, object: (this.#options.shared === true ? object : cloneJson(object)) as T };
  }

  /** Waits for the log to grow or the watch to close. @returns true when a bookmark is due instead */
  #sleep(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer =
        this.#options.allowBookmarks === true
          ? setTimeout(() => finish(true), BOOKMARK_INTERVAL_MS).unref()
          : undefined;
      const finish = (bookmark: boolean) => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve(bookmark);
      };
      this.#wake = () => finish(false);
    });
  }
}
