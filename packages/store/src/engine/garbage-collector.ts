import type { KubeObject, OwnerReference } from "@qalam/api";
import type { Change } from "./change.ts";
import { emptied, hasContentFinalizer } from "./namespaces.ts";
import { namespacePrefix } from "./object-place.ts";
import {
  FOREGROUND_FINALIZER,
  ORPHAN_FINALIZER,
  type PropagationPolicy,
  policyIn,
  prepareDelete,
} from "./prepare-delete.ts";
import { isReadyToGo } from "./prepare-update.ts";
import type { ResourceState } from "./resource-state.ts";
import type { Entry } from "./resource-table.ts";
import type { WriteBatch } from "./write-batch.ts";

/**
 * Deletes what nobody owns any more, as Kubernetes' garbage collector does, and the content of namespaces that go. Work is found from the changes
 * themselves and done in portions, so that the end of a large experiment does not hold up other writers; what a crash cut short is found again
 * by `examineAll` at the next start.
 */
export class GarbageCollector {
  readonly #state: ResourceState;
  readonly #now: () => number;
  /** Uids of objects to look at, in order. */
  #pending = new Set<string>();

  constructor(state: ResourceState, now: () => number) {
    this.#state = state;
    this.#now = now;
  }

  get hasWork(): boolean {
    return this.#pending.size > 0;
  }

  /** What is left to do, to be handed to `restore` when the batch fails. */
  save(): ReadonlySet<string> {
    return new Set(this.#pending);
  }

  restore(saved: ReadonlySet<string>): void {
    this.#pending = new Set(saved);
  }

  /** Marks everything that might have been left behind. */
  examineAll(): void {
    for (const table of this.#state.tables()) {
      for (const { object } of table.ordered) {
        const { uid, ownerReferences, deletionTimestamp } = object.metadata;
        if (ownerReferences !== undefined) this.#pending.add(uid!);
        if (deletionTimestamp !== undefined) this.#deletionBegan(object);
      }
    }
  }

  /** Examines at most `budget` objects and writes what follows. */
  run(batch: WriteBatch, budget: number): void {
    for (const uid of [...this.#pending].slice(0, budget)) {
      this.#pending.delete(uid);
      const entry = this.#state.graph.byUid(uid);
      if (entry !== undefined) this.#examine(batch, entry);
    }
  }

  /** Notes what a committed change entails. */
  observe({ type, object, previous }: Change): void {
    const { uid, ownerReferences, deletionTimestamp, finalizers } = object.metadata;
    if (type === "DELETED") {
      this.#gone(object);
      return;
    }
    if (ownerReferences !== previous?.metadata.ownerReferences) {
      this.#pending.add(uid!);
      this.#examineWaitingOwners(previous?.metadata.ownerReferences);
    }
    if (deletionTimestamp !== undefined && finalizers !== previous?.metadata.finalizers) this.#deletionBegan(object);
    else if (deletionTimestamp !== previous?.metadata.deletionTimestamp) this.#deletionBegan(object);
  }

  #gone({ metadata, kind }: KubeObject): void {
    for (const { object } of this.#state.graph.dependentsOf(metadata.uid!)) this.#pending.add(object.metadata.uid!);
    this.#examineWaitingOwners(metadata.ownerReferences);
    if (metadata.namespace === undefined || kind === "Namespace") return;
    const namespace = this.#state.namespace(metadata.namespace)?.object.metadata;
    if (namespace?.deletionTimestamp !== undefined) this.#pending.add(namespace.uid!);
  }

  #examineWaitingOwners(owners: readonly OwnerReference[] | undefined): void {
    for (const { uid } of owners ?? []) {
      if (this.#state.graph.byUid(uid)?.object.metadata.deletionTimestamp !== undefined) this.#pending.add(uid);
    }
  }

  #deletionBegan(object: KubeObject): void {
    const { uid, name, finalizers = [] } = object.metadata;
    this.#pending.add(uid!);
    if (finalizers.includes(FOREGROUND_FINALIZER)) {
      for (const dependent of this.#state.graph.dependentsOf(uid!)) this.#pending.add(dependent.object.metadata.uid!);
    }
    if (hasContentFinalizer(object)) this.#examineContent(name);
  }

  #examineContent(namespace: string): void {
    const prefix = namespacePrefix(namespace);
    for (const { ordered } of this.#state.tables()) {
      for (const { key, object } of ordered) if (key.startsWith(prefix)) this.#pending.add(object.metadata.uid!);
    }
  }

  #examine(batch: WriteBatch, entry: Entry): void {
    const { deletionTimestamp, namespace, ownerReferences } = entry.object.metadata;
    if (deletionTimestamp !== undefined) this.#continueDeletion(batch, entry);
    else if (namespace !== undefined && this.#isTerminating(namespace)) this.#delete(batch, entry, "Background");
    else if (ownerReferences !== undefined) this.#checkOwners(batch, entry, ownerReferences);
  }

  #isTerminating(namespace: string): boolean {
    return this.#state.namespace(namespace)?.object.metadata.deletionTimestamp !== undefined;
  }

  #continueDeletion(batch: WriteBatch, entry: Entry): void {
    const { uid, name, finalizers = [] } = entry.object.metadata;
    if (finalizers.includes(ORPHAN_FINALIZER)) {
      for (const dependent of [...this.#state.graph.dependentsOf(uid!)]) {
        this.#dropOwners(batch, dependent, (owner) => owner.uid === uid);
      }
      this.#dropFinalizer(batch, entry, ORPHAN_FINALIZER);
    } else if (finalizers.includes(FOREGROUND_FINALIZER)) {
      if (!this.#isBlocked(uid!)) this.#dropFinalizer(batch, entry, FOREGROUND_FINALIZER);
    } else if (hasContentFinalizer(entry.object) && this.#state.graph.countIn(name) === 0) {
      this.#replaceOrRemove(batch, entry, emptied(entry.object));
    }
  }

  /** Only dependents that say `blockOwnerDeletion` are waited for. */
  #isBlocked(uid: string): boolean {
    for (const { object } of this.#state.graph.dependentsOf(uid)) {
      const reference = object.metadata.ownerReferences?.find((owner) => owner.uid === uid);
      if (reference?.blockOwnerDeletion === true) return true;
    }
    return false;
  }

  #checkOwners(batch: WriteBatch, entry: Entry, owners: readonly OwnerReference[]): void {
    const { uid, namespace } = entry.object.metadata;
    const states = owners.map((owner) => this.#ownerState(owner, namespace));
    const waiting = states.includes("waiting");
    if (states.includes("solid")) {
      if (waiting || states.includes("absent")) {
        this.#dropOwners(batch, entry, (_, index) => states[index] !== "solid");
      }
      return;
    }
    const foreground = waiting && this.#state.graph.hasDependents(uid!) && !this.#isInCircle(uid!);
    this.#delete(batch, entry, foreground ? "Foreground" : "Background");
  }

  #ownerState(reference: OwnerReference, namespace: string | undefined): "solid" | "absent" | "waiting" {
    const owner = this.#state.graph.ownerOf(reference, namespace);
    if (owner === "absent") return "absent";
    if (owner === "unknown") return "solid";
    const { deletionTimestamp, finalizers } = owner.object.metadata;
    return deletionTimestamp !== undefined && finalizers?.includes(FOREGROUND_FINALIZER) === true ? "waiting" : "solid";
  }

  /** Objects that own each other would wait for each other for ever. */
  #isInCircle(uid: string): boolean {
    for (const { object } of this.#state.graph.dependentsOf(uid)) {
      if (object.metadata.deletionTimestamp !== undefined) return true;
    }
    return false;
  }

  #delete(batch: WriteBatch, entry: Entry, policy: PropagationPolicy): void {
    const { uid, finalizers = [] } = entry.object.metadata;
    const hasDependents = this.#state.graph.hasDependents(uid!);
    const deletion = prepareDelete(entry.object, policyIn(finalizers) ?? policy, hasDependents, this.#now());
    if (deletion.outcome === "remove") batch.remove(entry);
    else if (deletion.outcome === "mark") batch.replace(entry, deletion.object);
  }

  #dropOwners(batch: WriteBatch, entry: Entry, unwanted: (owner: OwnerReference, index: number) => boolean): void {
    const metadata = { ...entry.object.metadata };
    const kept = (metadata.ownerReferences ?? []).filter((owner, index) => !unwanted(owner, index));
    if (kept.length === 0) delete metadata.ownerReferences;
    else metadata.ownerReferences = kept;
    batch.replace(entry, { ...entry.object, metadata });
  }

  #dropFinalizer(batch: WriteBatch, entry: Entry, unwanted: string): void {
    const metadata = { ...entry.object.metadata };
    const kept = (metadata.finalizers ?? []).filter((finalizer) => finalizer !== unwanted);
    if (kept.length === 0) delete metadata.finalizers;
    else metadata.finalizers = kept;
    this.#replaceOrRemove(batch, entry, { ...entry.object, metadata });
  }

  #replaceOrRemove(batch: WriteBatch, entry: Entry, object: KubeObject): void {
    if (isReadyToGo(object)) batch.remove(entry, object);
    else batch.replace(entry, object);
  }
}
