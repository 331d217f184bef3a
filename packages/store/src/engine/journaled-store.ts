import { type KubeObject, NAMESPACE, type ObjectKey, type ResourceKind } from "@qalam/api";
import { AlreadyExistsError, ClosedError, ExpiredError, InvalidRequestError, NotFoundError } from "../errors.ts";
import type {
  DeleteOptions,
  ListOptions,
  PatchOptions,
  ReadOptions,
  ResourceList,
  ResourceStore,
  ResourceWatch,
  WatchOptions,
  WriteOptions,
} from "../resource-store.ts";
import { decodeContinue, encodeContinue } from "./continue-token.ts";
import { GarbageCollector } from "./garbage-collector.ts";
import type { Journal } from "./journal.ts";
import { copyJson, freezeCopy } from "./json-value.ts";
import { failedWatch, LogWatch } from "./log-watch.ts";
import { mergePatch } from "./merge-patch.ts";
import {
  checkAcceptsContent,
  checkDeletableNamespace,
  INITIAL_NAMESPACES,
  isNamespace,
  namespaceKey,
  newNamespace,
} from "./namespaces.ts";
import { type Row, Snapshot } from "./object-list.ts";
import { checkShape, resourceName, tableKey, tableKeyOf } from "./object-place.ts";
import { prepareCreate } from "./prepare-create.ts";
import { policyIn, prepareDelete } from "./prepare-delete.ts";
import {
  checkPreconditions,
  checkSamePlace,
  isReadyToGo,
  prepareStatusUpdate,
  prepareUpdate,
} from "./prepare-update.ts";
import { ResourceState } from "./resource-state.ts";
import type { Entry, ResourceTable } from "./resource-table.ts";
import { compileSelectors, type Predicate } from "./selector.ts";
import { type StoreOptions, withDefaults } from "./store-options.ts";
import { applyChange, type WriteBatch } from "./write-batch.ts";
import { WriteQueue } from "./write-queue.ts";

/** Times a taken generated name is replaced by another before giving up, as in Kubernetes. */
const NAME_ATTEMPTS = 8;

/**
 * The resource store: all objects in memory as frozen values, every change written to a journal before anybody sees it. The journal decides how
 * durable it is; everything else is the same for all.
 */
export class JournaledStore implements ResourceStore {
  readonly #options: Required<StoreOptions>;
  readonly #state = new ResourceState();
  readonly #journal: Journal;
  readonly #collector: GarbageCollector;
  readonly #queue: WriteQueue;
  readonly #watches = new Set<LogWatch>();
  readonly #waiting = new Map<ResourceTable, Set<LogWatch>>();
  #bookmarked: number;
  #closed = false;

  constructor(journal: Journal, options: StoreOptions = {}) {
    this.#options = withDefaults(options);
    this.#journal = journal;
    this.#collector = new GarbageCollector(this.#state, this.#options.now);
    const limits = { changes: Math.max(1, this.#options.historyLimit), bytes: this.#options.historyBytes };
    this.#queue = new WriteQueue(this.#state, journal, this.#collector, limits, (tables) => this.#publish(tables));
    this.#bookmarked = this.#options.now();
    this.#load();
  }

  /** Replays the journal, then finishes what a crash may have cut short. */
  #load(): void {
    const horizons = this.#journal.horizons();
    for (const [id, horizon] of horizons) this.#state.tableById(id).log.horizon = horizon;
    for (const { version, type, tableId, text } of this.#journal.rows()) {
      const table = this.#state.tableById(tableId);
      const parsed = JSON.parse(text) as KubeObject;
      const key = tableKeyOf(parsed);
      const previous = table.get(key)?.object;
      const object = freezeCopy(parsed, previous ?? table.newest);
      const change = { version, type, table, key, object, previous };
      applyChange(change, this.#state.graph);
      if (version > table.log.horizon) table.log.append(change, text.length);
      this.#state.version = version;
    }
    for (const table of this.#state.tables()) this.#queue.trim(table);
    this.#collector.examineAll();
    this.#queue.runNow((batch) => {
      for (const name of INITIAL_NAMESPACES) this.#ensureNamespace(batch, name);
    });
  }

  async get<T extends KubeObject>(
    kind: ResourceKind<T>,
    key: ObjectKey,
    options?: ReadOptions,
  ): Promise<T | undefined> {
    this.#checkOpen();
    const object = this.#entry(kind, key)?.object;
    if (object === undefined) return undefined;
    return (options?.shared === true ? object : copyJson(object)) as T;
  }

  async list<T extends KubeObject>(kind: ResourceKind<T>, options: ListOptions = {}): Promise<ResourceList<T>> {
    this.#checkOpen();
    const { limit = 0 } = options;
    if (!Number.isInteger(limit) || limit < 0)
      throw new InvalidRequestError(`limit is ${limit}, expected a whole number from 0`);
    const table = this.#state.table(kind);
    const point = options.continue ? decodeContinue(table.id, options.continue) : undefined;
    const version =
      point?.version ?? (options.resourceVersion ? knownVersion(options.resourceVersion) : this.#state.version);
    if (version > this.#state.version)
      throw new ExpiredError(`version ${version} is from a later state than this store has: list again`);
    const namespace = kind.namespaced && options.namespace !== "" ? options.namespace : undefined;
    const matches = compileSelectors(kind, options);
    const snapshot = new Snapshot(table, version);
    const page: Row[] = [];
    let hasMore = false;
    for (const row of snapshot.rows({ namespace, after: point?.after })) {
      if (matches !== undefined && !matches(row.object)) continue;
      hasMore = limit > 0 && page.length === limit;
      if (hasMore) break;
      page.push(row);
    }
    const items = page.map(({ object }) => (options.shared === true ? object : copyJson(object)) as T);
    const result = { items, resourceVersion: String(version) };
    if (!hasMore) return result;
    const after = page.at(-1)!.key;
    return {
      ...result,
      continue: encodeContinue(table.id, { version, after }),
      ...(matches === undefined ? { remainingItemCount: snapshot.count({ namespace, after }) } : {}),
    };
  }

  watch<T extends KubeObject>(kind: ResourceKind<T>, options: WatchOptions = {}): ResourceWatch<T> {
    try {
      this.#checkOpen();
      return this.#openWatch(kind, options) as unknown as ResourceWatch<T>;
    } catch (error) {
      return failedWatch(error);
    }
  }

  #openWatch(kind: ResourceKind, options: WatchOptions): LogWatch {
    const table = this.#state.table(kind);
    const namespace = kind.namespaced && options.namespace !== "" ? options.namespace : undefined;
    const matches = both(inNamespace(namespace), compileSelectors(kind, options));
    const from = this.#watchVersion(table, options.resourceVersion);
    const initial = from === undefined ? table.ordered.map(({ object }) => object) : [];
    const watch = new LogWatch({
      table,
      version: from ?? this.#state.version,
      initial: matches === undefined ? initial : initial.filter(matches),
      initialBookmark: from === undefined,
      matches,
      shared: options.shared === true,
      bookmarkInterval: options.allowBookmarks === true ? this.#options.bookmarkInterval : undefined,
      now: this.#options.now(),
      onWaiting: (waiting) => this.#waitingFor(table).add(waiting),
      onClosed: (closed) => {
        this.#watches.delete(closed);
        this.#waitingFor(table).delete(closed);
      },
    });
    this.#watches.add(watch);
    return watch;
  }

  /** @returns undefined to begin with what exists */
  #watchVersion({ log }: ResourceTable, text: string | undefined): number | undefined {
    if (text === undefined || text === "" || text === "0") return undefined;
    const version = knownVersion(text);
    if (version < log.horizon) throw new ExpiredError(`too old resource version: ${text} (${log.horizon}): list again`);
    if (version > this.#state.version) {
      throw new ExpiredError(`too large resource version: ${text}, current: ${this.#state.version}: list again`);
    }
    return version;
  }

  async create<T extends KubeObject>(kind: ResourceKind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    checkShape(kind, object);
    const input = freezeCopy<KubeObject>(object, this.#state.table(kind).newest);
    return this.#write(options, (batch) => {
      const table = this.#state.table(kind);
      const prepared = this.#prepareWithFreeName(kind, table, input);
      const { name, namespace } = prepared.metadata;
      const key = tableKeyOf(prepared);
      if (table.get(key) !== undefined) throw new AlreadyExistsError(resourceName(kind), name);
      if (namespace !== undefined) {
        checkAcceptsContent(this.#ensureNamespace(batch, namespace).object, resourceName(kind), name);
      }
      return batch.create(table, key, prepared);
    });
  }

  #prepareWithFreeName(kind: ResourceKind, table: ResourceTable, input: KubeObject): KubeObject {
    for (let attempt = 1; ; attempt++) {
      const prepared = prepareCreate(kind, input, this.#options);
      const isGenerated = prepared.metadata.name !== input.metadata.name;
      if (!isGenerated || attempt === NAME_ATTEMPTS || table.get(tableKeyOf(prepared)) === undefined) return prepared;
    }
  }

  #ensureNamespace(batch: WriteBatch, name: string): Entry {
    const present = this.#state.namespace(name);
    if (present !== undefined) return present;
    batch.create(
      this.#state.table(NAMESPACE),
      namespaceKey(name),
      prepareCreate(NAMESPACE, newNamespace(name), this.#options),
    );
    return this.#state.namespace(name)!;
  }

  async update<T extends KubeObject>(kind: ResourceKind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const [key, input] = this.#readInput(kind, object);
    return this.#write(options, (batch) => {
      const entry = this.#existing(kind, key);
      return this.#replace(batch, entry, prepareUpdate(kind, entry.object, input));
    });
  }

  async updateStatus<T extends KubeObject>(kind: ResourceKind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const [key, input] = this.#readInput(kind, object);
    return this.#write(options, (batch) => {
      const entry = this.#existing(kind, key);
      return this.#replace(batch, entry, prepareStatusUpdate(kind, entry.object, input));
    });
  }

  async patch<T extends KubeObject>(
    kind: ResourceKind<T>,
    key: ObjectKey,
    patch: object,
    options: PatchOptions = {},
  ): Promise<T> {
    const frozenPatch = freezeCopy(patch);
    return this.#write(options, (batch) => {
      const entry = this.#existing(kind, key);
      const merged = mergePatch(entry.object, frozenPatch) as KubeObject;
      checkShape(kind, merged);
      const input = freezeCopy(merged, entry.object);
      checkSamePlace(kind, entry.object, input);
      const prepare = options.subresource === "status" ? prepareStatusUpdate : prepareUpdate;
      return this.#replace(batch, entry, prepare(kind, entry.object, input));
    });
  }

  async delete<T extends KubeObject>(kind: ResourceKind<T>, key: ObjectKey, options: DeleteOptions = {}): Promise<T> {
    return this.#write(options, (batch) => {
      const entry = this.#existing(kind, key);
      checkPreconditions(kind, entry.object, options.preconditions ?? {});
      if (isNamespace(kind)) checkDeletableNamespace(key.name);
      const { object } = entry;
      const hasDependents = this.#state.graph.hasDependents(object.metadata.uid!);
      const policy = options.propagationPolicy ?? policyIn(object.metadata.finalizers) ?? "Background";
      const deletion = prepareDelete(object, policy, hasDependents, this.#options.now());
      if (deletion.outcome === "mark") return batch.replace(entry, deletion.object);
      if (deletion.outcome === "remove") batch.remove(entry);
      return object;
    });
  }

  async currentResourceVersion(): Promise<string> {
    this.#checkOpen();
    return String(this.#state.version);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#queue.close();
    this.#closed = true;
    for (const watch of [...this.#watches]) watch.close();
    this.#journal.close();
  }

  /** Queues an operation; a dry run is taken back as soon as it has shown its result. */
  async #write<T extends KubeObject>(options: WriteOptions, operation: (batch: WriteBatch) => KubeObject): Promise<T> {
    const object = await this.#queue.run((batch) => {
      if (options.dryRun !== true) return operation(batch);
      const before = batch.changes.length;
      const result = operation(batch);
      const change = batch.changes.slice(before).find(({ object }) => object === result);
      batch.undo(before);
      return change === undefined ? result : withVersion(result, change.previous?.metadata.resourceVersion);
    });
    return (options.shared === true ? object : copyJson(object)) as T;
  }

  #readInput(kind: ResourceKind, object: KubeObject): [ObjectKey, KubeObject] {
    checkShape(kind, object);
    const { name, namespace = "" } = object.metadata;
    const key = { name, namespace };
    return [key, freezeCopy(object, this.#entry(kind, key)?.object)];
  }

  #replace(batch: WriteBatch, entry: Entry, object: KubeObject): KubeObject {
    if (object === entry.object) return object;
    return isReadyToGo(object) ? batch.remove(entry, object) : batch.replace(entry, object);
  }

  #entry(kind: ResourceKind, key: ObjectKey): Entry | undefined {
    return this.#state.table(kind).get(tableKey(kind, key));
  }

  #existing(kind: ResourceKind, key: ObjectKey): Entry {
    const entry = this.#entry(kind, key);
    if (entry === undefined) throw new NotFoundError(resourceName(kind), key.name);
    return entry;
  }

  #waitingFor(table: ResourceTable): Set<LogWatch> {
    let watches = this.#waiting.get(table);
    if (watches === undefined) {
      watches = new Set();
      this.#waiting.set(table, watches);
    }
    return watches;
  }

  #publish(tables: ReadonlySet<ResourceTable>): void {
    for (const table of tables) {
      const watches = this.#waitingFor(table);
      for (const watch of watches) if (!watch.wake()) watches.delete(watch);
    }
    const now = this.#options.now();
    if (now - this.#bookmarked < this.#options.bookmarkInterval) return;
    this.#bookmarked = now;
    for (const watches of this.#waiting.values()) {
      for (const watch of watches) watch.offerBookmark(this.#state.version, now);
    }
  }

  #checkOpen(): void {
    if (this.#closed) throw new ClosedError();
  }
}

/** What was never written has the version of what is stored, if anything is. */
function withVersion(object: KubeObject, resourceVersion: string | undefined): KubeObject {
  const { resourceVersion: _, ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, ...(resourceVersion !== undefined && { resourceVersion }) } };
}

function inNamespace(namespace: string | undefined): Predicate | undefined {
  return namespace === undefined ? undefined : (object) => object.metadata.namespace === namespace;
}

function both(a: Predicate | undefined, b: Predicate | undefined): Predicate | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return (object) => a(object) && b(object);
}

/** @throws InvalidRequestError for a text that is no version */
function knownVersion(text: string): number {
  if (!/^\d+$/.test(text))
    throw new InvalidRequestError(
      `resourceVersion is ${JSON.stringify(text)}, expected a version that a list or watch gave`,
    );
  return Number(text);
}
