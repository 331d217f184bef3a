import { randomUUID } from "node:crypto";
import { KINDS, type KubeObject, keyOf, NAMESPACE, type ObjectKey, type ResourceKind } from "@qalam/api";
import { type Change, ChangeLog } from "../change-log.ts";
import { CommitQueue, type Journal } from "../commit-queue.ts";
import { AlreadyExistsError, ConflictError, InvalidRequestError, NotFoundError } from "../errors.ts";
import { cloneJson, freezeJson, mergePatch } from "../json-value.ts";
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
import { compileSelectors } from "../selector.ts";
import { LocalWatch } from "./local-watch.ts";
import { markDeleted, newObject, type ObjectSources, resourceName, updatedObject, withStatus } from "./object-rules.ts";
import { ObjectTables } from "./object-tables.ts";
import { Pages } from "./pages.ts";

/** Where a local store keeps its objects: nowhere (memory) or in a database. */
export interface ObjectJournal extends Journal {
  /** Everything stored, and the newest version. Called once. */
  load(): { readonly objects: Iterable<{ kind: ResourceKind; object: KubeObject }>; readonly version: number };
  /** Records a write for the next commit; undefined for a deletion. */
  record(kind: ResourceKind, key: ObjectKey, object: KubeObject | undefined, version: number): void;
  close(): void;
}

export interface LocalStoreOptions {
  readonly now?: () => Date;
  readonly newUid?: () => string;
  readonly random?: () => number;
  /** Changes that watches can be resumed from. */
  readonly changeLogSize?: number;
}

const FOREGROUND = "foregroundDeletion";
const ORPHAN = "orphan";
/** Namespaces that are always there. */
const namespaces = ["default", "kubeflow"];

/** The one implementation of ResourceStore's semantics for a single process; memory and SQLite differ in their journal only. */
export class LocalStore implements ResourceStore {
  readonly #journal: ObjectJournal;
  readonly #tables = new ObjectTables();
  readonly #log: ChangeLog;
  readonly #commits: CommitQueue;
  readonly #pages = new Pages();
  readonly #sources: ObjectSources;
  readonly #closeListeners = new Set<() => void>();
  #pending: Change[] = [];
  #version: number;
  #committed: number;
  #closed = false;

  constructor(journal: ObjectJournal, options: LocalStoreOptions = {}) {
    this.#journal = journal;
    this.#sources = {
      now: options.now ?? (() => new Date()),
      newUid: options.newUid ?? randomUUID,
      random: options.random ?? Math.random,
    };
    const { objects, version } = journal.load();
    for (const { kind, object } of objects) this.#tables.set(kind, keyOf(object), freezeJson(object));
    this.#version = version;
    this.#committed = version;
    this.#log = new ChangeLog(options.changeLogSize ?? 10_000, version);
    this.#commits = new CommitQueue(journal, () => this.#publish());
  }

  /** Creates the namespaces every home has. */
  async initialize(): Promise<void> {
    await Promise.all(
      namespaces
        .filter((name) => this.#tables.get(NAMESPACE, { namespace: "", name }) === undefined)
        .map((name) => this.create(NAMESPACE, newNamespace(name))),
    );
  }

  async get<T extends KubeObject>(
    kind: ResourceKind<T>,
    key: ObjectKey,
    options: ReadOptions = {},
  ): Promise<T | undefined> {
    await this.#commits.settled();
    const object = this.#tables.get(kind as ResourceKind, key) as T | undefined;
    return object === undefined || options.shared === true ? object : cloneJson(object);
  }

  async list<T extends KubeObject>(kind: ResourceKind<T>, options: ListOptions = {}): Promise<ResourceList<T>> {
    const selects = compileSelectors(kind as ResourceKind, options);
    await this.#commits.settled();
    const page = this.#pages.page(options, () => ({
      version: this.#version,
      objects: this.#tables.list(kind as ResourceKind).filter(selects),
    }));
    return { ...page, items: (options.shared === true ? page.items : page.items.map(cloneJson)) as T[] };
  }

  watch<T extends KubeObject>(kind: ResourceKind<T>, options: WatchOptions = {}): ResourceWatch<T> {
    return new LocalWatch<T>(
      {
        log: this.#log,
        settled: () => this.#commits.settled(),
        objects: (wanted) => this.#tables.list(wanted),
        version: () => this.#committed,
        onClose: (listener) => {
          if (this.#closed) listener();
          this.#closeListeners.add(listener);
          return () => this.#closeListeners.delete(listener);
        },
      },
      kind,
      options,
    );
  }

  async create<T extends KubeObject>(kind: ResourceKind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const plain = kind as ResourceKind;
    const created = newObject(plain, object, this.#version + 1, this.#sources);
    if (this.#tables.get(plain, keyOf(created)) !== undefined)
      throw new AlreadyExistsError(resourceName(plain), created.metadata.name);
    if (options.dryRun === true) return created as T;
    return this.#transaction(() => {
      this.#ensureNamespace(created.metadata.namespace);
      created.metadata.resourceVersion = String(this.#version + 1);
      this.#put(plain, created);
      if (this.#isOrphaned(created)) this.#remove(plain, keyOf(created));
      return created as T;
    });
  }

  async update<T extends KubeObject>(kind: ResourceKind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    return this.#replace(
      kind,
      keyOf(namespaced(kind, object)),
      (old) => updatedObject(kind as ResourceKind, old, object, this.#version + 1),
      options,
    );
  }

  async updateStatus<T extends KubeObject>(kind: ResourceKind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    return this.#replace(
      kind,
      keyOf(namespaced(kind, object)),
      (old) => withStatus(kind as ResourceKind, old, object, this.#version + 1),
      options,
    );
  }

  async patch<T extends KubeObject>(
    kind: ResourceKind<T>,
    key: ObjectKey,
    patch: object,
    options: PatchOptions = {},
  ): Promise<T> {
    const merge = (old: KubeObject) => mergePatch(old, patch) as KubeObject;
    const apply = options.subresource === "status" ? withStatus : updatedObject;
    return this.#replace(kind, key, (old) => apply(kind as ResourceKind, old, merge(old), this.#version + 1), options);
  }

  async delete<T extends KubeObject>(kind: ResourceKind<T>, key: ObjectKey, options: DeleteOptions = {}): Promise<T> {
    const plain = kind as ResourceKind;
    const old = this.#existing(plain, key);
    const { uid, resourceVersion } = options.preconditions ?? {};
    if (
      (uid !== undefined && uid !== old.metadata.uid) ||
      (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion)
    ) {
      throw new ConflictError(
        resourceName(plain),
        key.name,
        "the precondition does not hold: the object has another uid or resourceVersion",
      );
    }
    if (options.dryRun === true) return cloneJson(old) as T;
    return this.#transaction(() => {
      this.#startDeletion(plain, key, options.propagationPolicy ?? "Background");
      return (this.#tables.get(plain, key) ?? old) as T;
    });
  }

  async currentResourceVersion(): Promise<string> {
    await this.#commits.settled();
    return String(this.#version);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#commits.settled();
    this.#closed = true;
    for (const listener of [...this.#closeListeners]) listener();
    this.#journal.close();
  }

  async #replace<T extends KubeObject>(
    kind: ResourceKind<T>,
    key: ObjectKey,
    change: (old: KubeObject) => KubeObject,
    options: WriteOptions,
  ): Promise<T> {
    const plain = kind as ResourceKind;
    const old = this.#existing(plain, key);
    const changed = change(old);
    if (changed === old || options.dryRun === true) {
      await this.#commits.settled();
      return cloneJson(changed) as T;
    }
    return this.#transaction(() => {
      this.#put(plain, changed);
      this.#finishDeletion(plain, key);
      return changed as T;
    });
  }

  #existing(kind: ResourceKind, key: ObjectKey): KubeObject {
    if (this.#closed) throw new InvalidRequestError("the store is closed");
    const old = this.#tables.get(kind, key);
    if (old === undefined) throw new NotFoundError(resourceName(kind), key.name);
    return old;
  }

  /** Runs writes that belong together and resolves when they are durable. */
  async #transaction<T extends KubeObject>(write: () => T): Promise<T> {
    if (this.#closed) throw new InvalidRequestError("the store is closed");
    const first = this.#pending.length;
    const version = this.#version;
    const result = cloneJson(write());
    const own = this.#pending.slice(first);
    await this.#commits.add(() => {
      for (const { kind, object, previous } of [...own].reverse()) {
        if (previous === undefined) this.#tables.delete(kind, keyOf(object));
        else this.#tables.set(kind, keyOf(object), previous);
      }
      this.#pending = this.#pending.filter((change) => !own.includes(change));
      this.#version = version;
    });
    return result;
  }

  #publish(): void {
    const changes = this.#pending;
    this.#pending = [];
    this.#committed = this.#version;
    this.#log.append(changes);
  }

  #put(kind: ResourceKind, object: KubeObject): void {
    const key = keyOf(object);
    const previous = this.#tables.get(kind, key);
    this.#version += 1;
    freezeJson(object);
    this.#tables.set(kind, key, object);
    this.#journal.record(kind, key, object, this.#version);
    this.#pending.push({
      version: this.#version,
      kind,
      type: previous === undefined ? "ADDED" : "MODIFIED",
      object,
      ...(previous !== undefined && { previous }),
    });
  }

  #remove(kind: ResourceKind, key: ObjectKey): void {
    const previous = this.#tables.get(kind, key);
    if (previous === undefined) return;
    this.#version += 1;
    this.#tables.delete(kind, key);
    this.#journal.record(kind, key, undefined, this.#version);
    const object = freezeJson({
      ...previous,
      metadata: { ...previous.metadata, resourceVersion: String(this.#version) },
    });
    this.#pending.push({ version: this.#version, kind, type: "DELETED", object, previous });
    this.#collectDependents(previous);
    if (kind === NAMESPACE || kind.plural === NAMESPACE.plural) this.#emptyNamespace(key.name);
  }

  #startDeletion(kind: ResourceKind, key: ObjectKey, policy: "Background" | "Foreground" | "Orphan"): void {
    const object = this.#tables.get(kind, key);
    if (object === undefined) return;
    const added = policy === "Foreground" ? [FOREGROUND] : policy === "Orphan" ? [ORPHAN] : [];
    const finalizers = [...new Set([...(object.metadata.finalizers ?? []), ...added])];
    const marked = markDeleted(object, finalizers, this.#version + 1, this.#sources.now());
    if (finalizers.length > 0 && marked !== object) this.#put(kind, marked);
    this.#finishDeletion(kind, key, finalizers.length === 0);
  }

  /** Goes on with an object that is being deleted: its own finalizers first, then the object. */
  #finishDeletion(kind: ResourceKind, key: ObjectKey, now = false): void {
    const object = this.#tables.get(kind, key);
    if (object === undefined) return;
    if (now) return this.#remove(kind, key);
    if (object.metadata.deletionTimestamp === undefined) return;
    const uid = object.metadata.uid ?? "";
    let finalizers = object.metadata.finalizers ?? [];
    if (finalizers.includes(ORPHAN)) {
      for (const { kind: of, key: at } of this.#tables.dependentsOf(uid)) this.#disown(of, at, uid);
      finalizers = finalizers.filter((name) => name !== ORPHAN);
    }
    if (finalizers.includes(FOREGROUND)) {
      for (const { kind: of, key: at } of this.#tables.dependentsOf(uid))
        if (this.#tables.get(of, at)?.metadata.deletionTimestamp === undefined)
          this.#startDeletion(of, at, "Foreground");
      if (this.#tables.dependentsOf(uid).length === 0) finalizers = finalizers.filter((name) => name !== FOREGROUND);
    }
    if (finalizers.length === 0) this.#remove(kind, key);
    else if (finalizers.length !== object.metadata.finalizers?.length)
      this.#put(kind, markDeleted(object, finalizers, this.#version + 1, this.#sources.now()));
  }

  /** After an owner is gone: dependents without another owner follow; owners that waited for this object go on. */
  #collectDependents({ metadata }: KubeObject): void {
    for (const { kind, key } of this.#tables.dependentsOf(metadata.uid ?? "")) {
      const dependent = this.#tables.get(kind, key);
      if (dependent !== undefined && this.#isOrphaned(dependent)) this.#startDeletion(kind, key, "Background");
    }
    for (const { apiVersion, kind: kindName, name, uid } of metadata.ownerReferences ?? []) {
      const kind = KINDS.find(
        (one) =>
          one.kind === kindName && (one.group === "" ? one.version : `${one.group}/${one.version}`) === apiVersion,
      );
      const key = { namespace: metadata.namespace ?? "", name };
      if (kind !== undefined && this.#tables.get(kind, key)?.metadata.uid === uid) this.#finishDeletion(kind, key);
    }
  }

  /** True when the object names owners of kinds we know and none of them exists. */
  #isOrphaned({ metadata }: KubeObject): boolean {
    const owners = (metadata.ownerReferences ?? []).filter(({ kind }) => KINDS.some((known) => known.kind === kind));
    return owners.length > 0 && !owners.some(({ uid }) => this.#tables.hasUid(uid));
  }

  #disown(kind: ResourceKind, key: ObjectKey, uid: string): void {
    const object = this.#tables.get(kind, key);
    if (object === undefined) return;
    const copy = cloneJson(object);
    copy.metadata.ownerReferences = (copy.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
    copy.metadata.resourceVersion = String(this.#version + 1);
    this.#put(kind, copy);
  }

  #ensureNamespace(name: string | undefined): void {
    if (name === undefined || this.#tables.get(NAMESPACE, { namespace: "", name }) !== undefined) return;
    this.#put(NAMESPACE, newObject(NAMESPACE as ResourceKind, newNamespace(name), this.#version + 1, this.#sources));
  }

  #emptyNamespace(name: string): void {
    for (const kind of KINDS.filter((one) => one.namespaced)) {
      for (const { metadata } of this.#tables.list(kind))
        if (metadata.namespace === name)
          this.#startDeletion(kind, { namespace: name, name: metadata.name }, "Background");
    }
  }
}

function newNamespace(name: string) {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
    status: { phase: "Active" },
  } as const;
}

/** Objects of namespaced kinds without a namespace belong to `default`. */
function namespaced<T extends KubeObject>(kind: ResourceKind<T>, object: T): T {
  return kind.namespaced && !object.metadata.namespace
    ? { ...object, metadata: { ...object.metadata, namespace: "default" } }
    : object;
}
