import { type KubeObject, keyOf, type ObjectKey, type ResourceKind } from "@qalam/api";
import { ExpiredError, type ResourceStore, type ResourceWatch } from "@qalam/store";

/** Told of every change; `previous` is absent for a new object, `current` for a deleted one. Must not throw. */
export type ChangeHandler<T> = (current: T | undefined, previous: T | undefined) => void;

/** A cache of one kind that follows the store. Objects are shared and frozen. An index finds objects by a key of theirs, such as the owner's uid. */
export class Informer<T extends KubeObject> {
  readonly #store: ResourceStore;
  readonly #kind: ResourceKind<T>;
  readonly #indexKey: (object: T) => string | undefined;
  readonly #objects = new Map<string, T>();
  /** One object by itself, as most are the only one of their owner and a map costs 200 bytes. */
  readonly #index = new Map<string, T | Map<string, T>>();
  readonly #handlers: ChangeHandler<T>[] = [];
  readonly #waiting = new Set<() => void>();
  #watch: ResourceWatch<T> | undefined;
  /** Version of the newest event; undefined until everything that exists was seen. */
  #version: string | undefined;
  #closed = false;
  #running: Promise<void> | undefined;

  constructor(
    store: ResourceStore,
    kind: ResourceKind<T>,
    indexKey: (object: T) => string | undefined = () => undefined,
  ) {
    this.#store = store;
    this.#kind = kind;
    this.#indexKey = indexKey;
  }

  onChange(handler: ChangeHandler<T>): void {
    this.#handlers.push(handler);
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(textOf(key));
  }

  list(): IterableIterator<T> {
    return this.#objects.values();
  }

  /** Objects whose index key is this, by `namespace/name`. */
  indexed(key: string): ReadonlyMap<string, T> {
    const group = this.#index.get(key);
    if (group instanceof Map) return group;
    return new Map(group === undefined ? [] : [[textOf(keyOf(group)), group]]);
  }

  /**
   * Starts following. @returns once everything that exists was seen
   * @param onFailure the watch broke for good after that; a break before rejects
   */
  start(onFailure: (error: Error) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      let synced = false;
      const onSynced = (): void => {
        synced = true;
        resolve();
      };
      this.#running = this.#follow(onSynced).catch((error: Error) => {
        if (this.#closed) return resolve();
        if (synced) onFailure(error);
        else reject(error);
      });
    });
  }

  /** Resolves when everything that is stored now was seen. Reads the whole kind: for orderly ends and tests, not for passes. */
  async caughtUp(): Promise<void> {
    const { items, resourceVersion } = await this.#store.list(this.#kind, { shared: true });
    const newest = Number(resourceVersion);
    const stored = new Map(items.map((object) => [textOf(keyOf(object)), versionOf(object)]));
    const isSeen = (): boolean => {
      for (const [key, version] of stored) {
        const seen = this.#objects.get(key);
        // One that is gone from the cache though it was stored: deleted since.
        if (seen === undefined ? Number(this.#version ?? 0) < newest : versionOf(seen) < version) return false;
      }
      for (const [key, object] of this.#objects) if (!stored.has(key) && versionOf(object) <= newest) return false;
      return true;
    };
    while (!this.#closed && !isSeen()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watch?.close();
    await this.#running;
    this.#wake();
  }

  async #follow(onSynced: () => void): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#followOnce(onSynced);
      } catch (error) {
        if (!(error instanceof ExpiredError)) throw error;
        this.#version = undefined; // too far behind: from the beginning
      }
    }
  }

  /** One watch to its end: a server may close it, then the next one goes on where it ended. */
  async #followOnce(onSynced: () => void): Promise<void> {
    const resourceVersion = this.#version;
    const unseen = new Set(resourceVersion === undefined ? this.#objects.keys() : []);
    const watch = this.#store.watch(this.#kind, {
      allowBookmarks: true,
      shared: true,
      ...(resourceVersion !== undefined && { resourceVersion }),
    });
    this.#watch = watch;
    for await (const event of watch) {
      if (event.type === "BOOKMARK") {
        for (const key of unseen) this.#set(key, undefined);
        unseen.clear();
        this.#version = event.resourceVersion;
        onSynced();
      } else {
        const key = textOf(keyOf(event.object));
        unseen.delete(key);
        this.#set(key, event.type === "DELETED" ? undefined : event.object);
        if (this.#version !== undefined) this.#version = event.object.metadata.resourceVersion ?? this.#version;
      }
      this.#wake();
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #set(key: string, object: T | undefined): void {
    const previous = this.#objects.get(key);
    if (previous?.metadata.resourceVersion === object?.metadata.resourceVersion) return;
    const before = previous === undefined ? undefined : this.#indexKey(previous);
    const after = object === undefined ? undefined : this.#indexKey(object);
    if (before !== undefined && before !== after) this.#unindex(before, key);
    if (object === undefined) this.#objects.delete(key);
    else this.#objects.set(key, object);
    if (after !== undefined && object !== undefined) this.#addToIndex(after, key, object);
    for (const handler of this.#handlers) handler(object, previous);
  }

  #addToIndex(indexKey: string, key: string, object: T): void {
    const group = this.#index.get(indexKey);
    if (group instanceof Map) group.set(key, object);
    else if (group === undefined || textOf(keyOf(group)) === key) this.#index.set(indexKey, object);
    else this.#index.set(indexKey, new Map([[textOf(keyOf(group)), group] as const, [key, object] as const]));
  }

  #unindex(indexKey: string, key: string): void {
    const group = this.#index.get(indexKey);
    if (group instanceof Map && group.size > 1) group.delete(key);
    else this.#index.delete(indexKey);
  }
}

/** `namespace/name`. */
export function textOf({ namespace, name }: ObjectKey): string {
  return `${namespace}/${name}`;
}

/** The key that `textOf` wrote. */
export function keyFrom(text: string): ObjectKey {
  const slash = text.indexOf("/");
  return { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** The uid of the controlling owner: the index by which children are found. */
export function ownerUid({ metadata }: KubeObject): string | undefined {
  return (metadata.ownerReferences?.find(({ controller }) => controller === true) ?? metadata.ownerReferences?.[0])
    ?.uid;
}

function versionOf({ metadata }: KubeObject): number {
  return Number(metadata.resourceVersion ?? 0);
}
