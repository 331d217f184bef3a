import { ClosedError, StorageError } from "../errors.ts";
import type { LogLimits } from "./change-log.ts";
import type { GarbageCollector } from "./garbage-collector.ts";
import type { Forgotten, Journal } from "./journal.ts";
import type { ResourceState } from "./resource-state.ts";
import type { ResourceTable } from "./resource-table.ts";
import { WriteBatch } from "./write-batch.ts";

/** Operations, and objects the garbage collector looks at, per commit: bounds how long other work waits. */
const MAX_OPERATIONS = 512;
const MAX_COLLECTED = 256;
/** Rows that nobody needs go together: one by one they would have the page of each written in every commit. */
const FORGOTTEN_TOGETHER = 1_000;
const NOTHING_FORGOTTEN: Forgotten = { versions: [], horizons: new Map() };

type Operation<T> = (batch: WriteBatch) => T;
interface Waiting {
  readonly operation: Operation<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * Runs writes one after another and commits those of one moment together. An operation works on the state at once, in one synchronous step with
 * its commit, so nobody reads what is not durable; when the commit fails, the state is as before and every writer is told.
 */
export class WriteQueue {
  readonly #state: ResourceState;
  readonly #journal: Journal;
  readonly #collector: GarbageCollector;
  readonly #limits: LogLimits;
  readonly #published: (tables: ReadonlySet<ResourceTable>) => void;
  #waiting: Waiting[] = [];
  #scheduled = false;
  #closed = false;
  #forgottenVersions: number[] = [];
  #forgottenHorizons = new Map<string, number>();

  constructor(
    state: ResourceState,
    journal: Journal,
    collector: GarbageCollector,
    limits: LogLimits,
    published: (tables: ReadonlySet<ResourceTable>) => void,
  ) {
    this.#state = state;
    this.#journal = journal;
    this.#collector = collector;
    this.#limits = limits;
    this.#published = published;
  }

  /** @returns what the operation returned, once it is durable */
  run<T>(operation: Operation<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new ClosedError());
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ operation, resolve: resolve as (value: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** Runs and commits at once, ahead of all that waits: for what a store does before it is used. @throws StorageError */
  runNow(operation: Operation<void>): void {
    const batch = new WriteBatch(this.#state.graph, this.#state.version);
    operation(batch);
    this.#makeDurable(batch);
    this.#collect();
  }

  /** Commits what waits, then refuses everything. */
  close(): void {
    if (this.#closed) return;
    while (this.#waiting.length > 0) this.#commit();
    this.#closed = true;
    try {
      this.#journal.commit([], { versions: this.#forgottenVersions, horizons: this.#forgottenHorizons });
    } catch {
      // on a full disk, say: they go in another life
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    this.#journal.schedule(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#commit();
    });
  }

  /** Runs and commits the writes that wait, up to a bound, then some garbage collection. */
  #commit(): void {
    const batch = new WriteBatch(this.#state.graph, this.#state.version);
    const done = this.#runOperations(batch);
    try {
      this.#makeDurable(batch);
      for (const { waiting, value } of done) waiting.resolve(value);
    } catch (error) {
      const failure = StorageError.from(error);
      for (const { waiting } of done) waiting.reject(failure);
    }
    this.#collect();
    if (this.#waiting.length > 0) this.#schedule();
  }

  /** Apart from the writes, so that they never fail because of it. What fails is tried again with the next write. */
  #collect(): void {
    if (!this.#collector.hasWork) return;
    const before = this.#collector.save();
    const batch = new WriteBatch(this.#state.graph, this.#state.version);
    try {
      this.#collector.run(batch, MAX_COLLECTED);
      this.#makeDurable(batch);
      if (this.#collector.hasWork) this.#schedule();
    } catch {
      batch.undo(0);
      this.#collector.restore(before);
    }
  }

  #runOperations(batch: WriteBatch): { waiting: Waiting; value: unknown }[] {
    const done: { waiting: Waiting; value: unknown }[] = [];
    for (const waiting of this.#waiting.splice(0, MAX_OPERATIONS)) {
      const before = batch.changes.length;
      try {
        done.push({ waiting, value: waiting.operation(batch) });
      } catch (error) {
        batch.undo(before);
        waiting.reject(error);
      }
    }
    return done;
  }

  /** All changes of the batch, or none, then tells readers and the collector. */
  #makeDurable(batch: WriteBatch): void {
    if (batch.changes.length === 0) return;
    const isDue = this.#forgottenVersions.length >= FORGOTTEN_TOGETHER;
    const forgotten = isDue
      ? { versions: this.#forgottenVersions, horizons: this.#forgottenHorizons }
      : NOTHING_FORGOTTEN;
    let weights: number[];
    try {
      weights = this.#journal.commit(batch.changes, forgotten);
    } catch (error) {
      batch.undo(0);
      throw error;
    }
    if (isDue) {
      this.#forgottenVersions = [];
      this.#forgottenHorizons = new Map();
    }
    this.#state.version = batch.version;
    const touched = new Set<ResourceTable>();
    batch.changes.forEach((change, index) => {
      change.table.log.append(change, weights[index]!);
      touched.add(change.table);
    });
    for (const table of touched) this.trim(table);
    for (const change of batch.changes) this.#collector.observe(change);
    this.#published(touched);
  }

  /** Forgets the oldest changes of a table; what the journal keeps for them alone goes later. Until then a restart remembers more than it must. */
  trim({ id, log }: ResourceTable): void {
    const dropped = log.trim(this.#limits);
    if (dropped.length === 0) return;
    for (const { type, version, previous } of dropped) {
      if (previous !== undefined) this.#forgottenVersions.push(Number(previous.metadata.resourceVersion));
      if (type === "DELETED") this.#forgottenVersions.push(version);
    }
    this.#forgottenHorizons.set(id, log.horizon);
  }
}
