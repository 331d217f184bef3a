import { type KubeObject, keyOf, type ObjectKey, type ResourceKind } from "@qalam/api";
import { ExpiredError, type ResourceStore, type ResourceWatch } from "@qalam/store";

/** Told of every change; `previous` is absent for a new object, `current` for a deleted one. */
export type ChangeHandler<T> = (current: T | undefined, previous: T | undefined) => void;

/** A cache of one kind that follows the store. Objects are shared and frozen. An index finds objects by a key of theirs, such as the owner's uid. */
export class Informer<T extends KubeObject> {
  readonly #store: ResourceStore;
  readonly #kind: ResourceKind<T>;
  readonly #indexKey: (object: T) => string | undefined;
  readonly #objects = new Map<string, T>();
  readonly #index = new Map<string, Map<string, T>>();
  readonly #handlers: ChangeHandler<T>[] = [];
  #watch: ResourceWatch<T> | undefined;
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

  /** Objects whose index key is this. */
  indexed(key: string): ReadonlyMap<string, T> {
    return this.#index.get(key) ?? new Map<string, T>();
  }

  /** Starts following. @returns once everything that exists was seen. @param onFailure the store gave up for good */
  start(onFailure: (error: Error) => void): Promise<void> {
    return new Promise((synced) => {
      this.#running = this.#follow(synced).catch((error: Error) => {
        if (!this.#closed) onFailure(error);
      });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watch?.close();
    await this.#running;
  }

  async #follow(synced: () => void): Promise<void> {
    while (!this.#closed) {
      const unseen = new Set(this.#objects.keys());
      const watch = this.#store.watch(this.#kind, { allowBookmarks: true, shared: true });
      this.#watch = watch;
      try {
        for await (const event of watch) {
          if (event.type === "BOOKMARK") {
            for (const key of unseen) this.#set(key, undefined);
            unseen.clear();
            synced();
          } else {
            const key = textOf(keyOf(event.object));
            unseen.delete(key);
            this.#set(key, event.type === "DELETED" ? undefined : event.object);
          }
        }
        return;
      } catch (error) {
        if (!(error instanceof ExpiredError)) throw error;
      }
    }
  }

  #set(key: string, object: T | undefined): void {
    const previous = this.#objects.get(key);
    if (
      previous === object ||
      (previous !== undefined && previous.metadata.resourceVersion === object?.metadata.resourceVersion)
    )
      return;
    const before = previous === undefined ? undefined : this.#indexKey(previous);
    const after = object === undefined ? undefined : this.#indexKey(object);
    if (before !== undefined && before !== after) this.#unindex(before, key);
    if (object === undefined) this.#objects.delete(key);
    else this.#objects.set(key, object);
    if (before !== undefined && object === undefined) this.#unindex(before, key);
    if (after !== undefined && object !== undefined) {
      const group = this.#index.get(after) ?? new Map<string, T>();
      this.#index.set(after, group.set(key, object));
    }
    for (const handler of this.#handlers) handler(object, previous);
  }

  #unindex(indexKey: string, key: string): void {
    const group = this.#index.get(indexKey);
    group?.delete(key);
    if (group?.size === 0) this.#index.delete(indexKey);
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
