import { EVENT, type KubeObject, type StoredEvent } from "@qalam/api";
import type { ResourceStore } from "@qalam/store";
import { type Clock, timestampOf } from "./clock.ts";
import { EventBudget } from "./event-budget.ts";
import { ignoreNotFound } from "./expected-errors.ts";
import { shortHash } from "./short-hash.ts";

/** Events kept of those Qalam recorded; the oldest are deleted, as a cluster deletes them after an hour. */
const MAX_EVENTS = 2_000;
/** Tells Qalam's events from others'. */
const REPORTER = "qalam";

type EventType = "Normal" | "Warning";

interface Occurrence {
  readonly namespace: string;
  readonly name: string;
  readonly event: StoredEvent;
  count: number;
  last: string;
}

/**
 * Records Event objects as Kubernetes' components do; a repeated event raises the count of the first. In a storm Normal events of a kind of object are left out, as
 * Kubernetes does too: they would cost more than what they tell of, and push each other out.
 */
export class EventRecorder {
  readonly #store: ResourceStore;
  readonly #clock: Clock;
  readonly #onError: (error: Error) => void;
  /** What to write next, by `namespace/name`. */
  #waiting = new Map<string, Occurrence>();
  /** Counts of the events that are stored, oldest first. */
  #stored: Map<string, number> | undefined;
  #writing: Promise<void> | undefined;
  /** Of Normal events, by kind of object. */
  readonly #budgets = new Map<string, EventBudget>();

  constructor(store: ResourceStore, clock: Clock, onError: (error: Error) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#onError = onError;
  }

  /** Returns at once; the event is written in the background. @param reason one word in CamelCase */
  record(about: KubeObject, type: EventType, reason: string, message: string, component: string): void {
    if (type === "Normal" && !this.#budgetOf(about.kind).take(this.#clock.now().getTime())) return;
    const now = timestampOf(this.#clock);
    const name = `${about.metadata.name}.${shortHash(`${about.metadata.uid} ${type} ${reason} ${message}`, 16)}`;
    const namespace = about.metadata.namespace ?? "default";
    const key = `${namespace}/${name}`;
    const waiting = this.#waiting.get(key);
    if (waiting === undefined)
      this.#waiting.set(key, {
        namespace,
        name,
        event: newEvent(about, { namespace, name, type, reason, message, component, now }),
        count: 1,
        last: now,
      });
    else {
      waiting.count += 1;
      waiting.last = now;
    }
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Resolves when all events recorded so far are stored. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  #budgetOf(kind: string): EventBudget {
    const known = this.#budgets.get(kind);
    if (known !== undefined) return known;
    const budget = new EventBudget(this.#clock.now().getTime());
    this.#budgets.set(kind, budget);
    return budget;
  }

  async #writeAll(): Promise<void> {
    try {
      this.#stored ??= await this.#load();
      const stored = this.#stored;
      while (this.#waiting.size > 0) {
        const batch = this.#waiting;
        this.#waiting = new Map();
        const writes = [...batch.values()].map((occurrence) => this.#write(occurrence, stored).catch(this.#onError));
        await Promise.all(writes);
        await this.#forgetOldest(stored);
      }
    } catch (error) {
      this.#onError(error as Error);
    }
  }

  /** Events of earlier runs, so that they are counted on and cleared away too. */
  async #load(): Promise<Map<string, number>> {
    const { items } = await this.#store.list(EVENT, { shared: true });
    const own = items.filter(({ reportingInstance }) => reportingInstance === REPORTER);
    own.sort((a, b) => (String(a.lastTimestamp) < String(b.lastTimestamp) ? -1 : 1));
    return new Map(own.map(({ metadata, count }) => [`${metadata.namespace}/${metadata.name}`, count ?? 1]));
  }

  async #write({ namespace, name, event, count, last }: Occurrence, stored: Map<string, number>): Promise<void> {
    const key = `${namespace}/${name}`;
    const before = stored.get(key);
    const total = (before ?? 0) + count;
    stored.delete(key); // written last, it is the newest
    stored.set(key, total);
    const written =
      before === undefined
        ? undefined
        : await ignoreNotFound(
            this.#store.patch(EVENT, { namespace, name }, { count: total, lastTimestamp: last }, { shared: true }),
          );
    if (written === undefined)
      await this.#store.create(EVENT, { ...event, count: total, lastTimestamp: last } as StoredEvent, { shared: true });
  }

  async #forgetOldest(stored: Map<string, number>): Promise<void> {
    const surplus = [...stored.keys()].slice(0, Math.max(0, stored.size - MAX_EVENTS));
    for (const key of surplus) stored.delete(key);
    await Promise.all(
      surplus.map((key) => {
        const slash = key.indexOf("/");
        const place = { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
        return ignoreNotFound(this.#store.delete(EVENT, place, { shared: true })).catch(this.#onError);
      }),
    );
  }
}

interface EventDetails {
  readonly namespace: string;
  readonly name: string;
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
  readonly component: string;
  readonly now: string;
}

function newEvent({ apiVersion, kind, metadata }: KubeObject, details: EventDetails): StoredEvent {
  const { namespace, name, type, reason, message, component, now } = details;
  return {
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
    reportingInstance: REPORTER,
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
}
