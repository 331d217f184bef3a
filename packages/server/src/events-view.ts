import { EVENT, type KubeObject, type ObjectKey, type ResourceKind, type StoredEvent } from "@qalam/api";
import type {
  DeleteOptions,
  ListOptions,
  PatchOptions,
  ReadOptions,
  ResourceList,
  ResourceStore,
  ResourceWatch,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from "@qalam/store";
import { EVENTS_VIEW } from "./served-kinds.ts";

type View = KubeObject & Record<string, unknown>;

/** Fields that are called differently, [core, events.k8s.io]. */
const names: readonly (readonly [keyof StoredEvent, string])[] = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["reportingComponent", "reportingController"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
];
const toViewName = new Map<string, string>(names);
const toCoreName = new Map<string, string>(names.map(([core, view]) => [view, core]));

function renamed(object: object, apiVersion: string, to: ReadonlyMap<string, string>): Record<string, unknown> {
  const entries = Object.entries(object).map(([key, value]) => [to.get(key) ?? key, value]);
  return { ...Object.fromEntries(entries), apiVersion };
}

/** The store seen through `events.k8s.io/v1`: its Events under their newer names. Other kinds it does not know. */
export class EventsView implements ResourceStore {
  readonly #store: ResourceStore;
  /** The same view of the same object, so that what is remembered about it stays true. */
  readonly #views = new WeakMap<object, View>();

  constructor(store: ResourceStore) {
    this.#store = store;
  }

  async get<T extends KubeObject>(_: ResourceKind<T>, key: ObjectKey, options?: ReadOptions): Promise<T | undefined> {
    const event = await this.#store.get(EVENT, key, options);
    return event === undefined ? undefined : (this.#view(event) as KubeObject as T);
  }

  async list<T extends KubeObject>(_: ResourceKind<T>, options?: ListOptions): Promise<ResourceList<T>> {
    const list = await this.#store.list(EVENT, withCoreFields(options));
    return { ...list, items: list.items.map((event) => this.#view(event) as KubeObject as T) };
  }

  watch<T extends KubeObject>(_: ResourceKind<T>, options?: WatchOptions): ResourceWatch<T> {
    const watch = this.#store.watch(EVENT, withCoreFields(options));
    const view = (event: StoredEvent) => this.#view(event) as KubeObject as T;
    return {
      close: () => watch.close(),
      async *[Symbol.asyncIterator](): AsyncGenerator<WatchEvent<T>> {
        for await (const event of watch)
          yield event.type === "BOOKMARK" ? event : { type: event.type, object: view(event.object) };
      },
    };
  }

  async create<T extends KubeObject>(_: ResourceKind<T>, object: T, options?: WriteOptions): Promise<T> {
    return this.#written(this.#store.create(EVENT, coreEvent(object), options));
  }

  async update<T extends KubeObject>(_: ResourceKind<T>, object: T, options?: WriteOptions): Promise<T> {
    return this.#written(this.#store.update(EVENT, coreEvent(object), options));
  }

  async updateStatus<T extends KubeObject>(_: ResourceKind<T>, object: T, options?: WriteOptions): Promise<T> {
    return this.#written(this.#store.updateStatus(EVENT, coreEvent(object), options));
  }

  async patch<T extends KubeObject>(
    _: ResourceKind<T>,
    key: ObjectKey,
    patch: object,
    options?: PatchOptions,
  ): Promise<T> {
    return this.#written(this.#store.patch(EVENT, key, renamed(patch, "v1", toCoreName), options));
  }

  async delete<T extends KubeObject>(_: ResourceKind<T>, key: ObjectKey, options?: DeleteOptions): Promise<T> {
    return this.#written(this.#store.delete(EVENT, key, options));
  }

  currentResourceVersion(): Promise<string> {
    return this.#store.currentResourceVersion();
  }

  /** The store is not the view's to close. */
  async close(): Promise<void> {}

  async #written<T extends KubeObject>(event: Promise<StoredEvent>): Promise<T> {
    return this.#view(await event) as KubeObject as T;
  }

  #view(event: StoredEvent): View {
    let view = this.#views.get(event);
    if (view === undefined) {
      view = renamed(event, `${EVENTS_VIEW.group}/${EVENTS_VIEW.version}`, toViewName) as View;
      this.#views.set(event, view);
    }
    return view;
  }
}

/** An Event under the names of the core group. */
export function coreEvent(object: KubeObject): StoredEvent {
  return renamed(object, "v1", toCoreName) as unknown as StoredEvent;
}

function withCoreFields<T extends ListOptions | WatchOptions>(options: T | undefined): T | undefined {
  const fieldSelector = options?.fieldSelector
    ?.replaceAll("regarding.", "involvedObject.")
    .replaceAll("reportingController", "reportingComponent");
  return options === undefined || fieldSelector === undefined ? options : { ...options, fieldSelector };
}
