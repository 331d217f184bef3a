import { EVENT, type KubeObject, type StoredEvent } from "@qalam/api";
import type { ResourceStore } from "@qalam/store";
import { type Clock, timestampOf } from "./clock.ts";
import { shortHash } from "./short-hash.ts";

/** Events kept of all that this process recorded; the oldest are deleted, as a cluster deletes them after an hour. */
const MAX_EVENTS = 2_000;

/** Records Event objects as Kubernetes' components do; a repeated event raises the count of the first. */
export class EventRecorder {
  readonly #store: ResourceStore;
  readonly #clock: Clock;
  readonly #known = new Map<string, StoredEvent>();
  readonly #onError: (error: Error) => void;
  #last: Promise<void> = Promise.resolve();

  constructor(store: ResourceStore, clock: Clock, onError: (error: Error) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#onError = onError;
  }

  /** Returns at once; events are written one after the other. @param reason one word in CamelCase */
  record(about: KubeObject, type: "Normal" | "Warning", reason: string, message: string, component: string): void {
    this.#last = this.#last.then(() => this.#write(about, type, reason, message, component)).catch(this.#onError);
  }

  /** Resolves when all events recorded so far are stored. */
  async flush(): Promise<void> {
    await this.#last;
  }

  async #write(
    { apiVersion, kind, metadata }: KubeObject,
    type: string,
    reason: string,
    message: string,
    component: string,
  ): Promise<void> {
    const name = `${metadata.name}.${shortHash(`${metadata.uid} ${type} ${reason} ${message}`, 16)}`;
    const namespace = metadata.namespace ?? "default";
    const now = timestampOf(this.#clock);
    const key = `${namespace}/${name}`;
    const known = this.#known.get(key) ?? (await this.#store.get(EVENT, { namespace, name }));
    const written =
      known === undefined
        ? await this.#store.create(EVENT, {
            apiVersion: "v1",
            kind: "Event",
            metadata: { name, namespace },
            involvedObject: {
              apiVersion,
              kind,
              name: metadata.name,
              namespace,
              ...(metadata.uid !== undefined && { uid: metadata.uid }),
              ...(metadata.resourceVersion !== undefined && { resourceVersion: metadata.resourceVersion }),
            },
            type,
            reason,
            message: message.slice(0, 1024),
            source: { component },
            reportingComponent: component,
            reportingInstance: "",
            firstTimestamp: now,
            lastTimestamp: now,
            count: 1,
          } as StoredEvent)
        : await this.#store.patch(EVENT, { namespace, name }, { count: (known.count ?? 1) + 1, lastTimestamp: now });
    this.#known.delete(key);
    this.#known.set(key, written);
    if (this.#known.size > MAX_EVENTS) await this.#forgetOldest();
  }

  async #forgetOldest(): Promise<void> {
    const [key, event] = this.#known.entries().next().value ?? [];
    if (key === undefined || event === undefined) return;
    this.#known.delete(key);
    await this.#store.delete(EVENT, { namespace: event.metadata.namespace ?? "", name: event.metadata.name });
  }
}
