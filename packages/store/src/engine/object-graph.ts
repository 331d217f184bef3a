import { type KubeObject, kindOf, type ObjectMeta, type OwnerReference } from "@qalam/api";
import type { Entry } from "./resource-table.ts";

type Owners = ObjectMeta["ownerReferences"];
export type OwnerState = "solid" | "absent" | "waiting";

/** Who owns whom, by uid, and how many objects each namespace has. */
export class ObjectGraph {
  readonly #byUid = new Map<string, Entry>();
  /** One dependent by itself, as most owners have one and a set costs 200 bytes. */
  readonly #dependents = new Map<string, Entry | Set<Entry>>();
  readonly #inNamespace = new Map<string, number>();

  added(entry: Entry): void {
    const { uid, namespace, ownerReferences } = entry.object.metadata;
    this.#byUid.set(uid!, entry);
    this.#link(entry, ownerReferences);
    if (namespace !== undefined) this.#inNamespace.set(namespace, this.countIn(namespace) + 1);
  }

  changed(entry: Entry, before: KubeObject): void {
    const { ownerReferences } = entry.object.metadata;
    if (ownerReferences === before.metadata.ownerReferences) return;
    this.#unlink(entry, before.metadata.ownerReferences);
    this.#link(entry, ownerReferences);
  }

  removed(entry: Entry): void {
    const { uid, namespace, ownerReferences } = entry.object.metadata;
    this.#byUid.delete(uid!);
    this.#unlink(entry, ownerReferences);
    if (namespace !== undefined) this.#inNamespace.set(namespace, this.countIn(namespace) - 1);
  }

  countIn(namespace: string): number {
    return this.#inNamespace.get(namespace) ?? 0;
  }

  byUid(uid: string): Entry | undefined {
    return this.#byUid.get(uid);
  }

  dependentsOf(uid: string): Iterable<Entry> {
    const known = this.#dependents.get(uid);
    if (known instanceof Set) return known;
    return known === undefined ? [] : [known];
  }

  hasDependents(uid: string): boolean {
    return this.#dependents.has(uid);
  }

  /**
   * The live owner that a reference of an object in `namespace` means; "absent" when there is none: no object with this uid, or it is of another
   * kind, name or namespace; "unknown" when the reference names a kind this store cannot hold, so that nothing can be said.
   */
  ownerOf(reference: OwnerReference, namespace: string | undefined): Entry | "absent" | "unknown" {
    const owner = this.#byUid.get(reference.uid);
    if (owner === undefined) return kindOf(reference) === undefined ? "unknown" : "absent";
    const { apiVersion, kind, metadata } = owner.object;
    const same =
      kind === reference.kind &&
      groupOf(apiVersion) === groupOf(reference.apiVersion) &&
      metadata.name === reference.name;
    return same && (metadata.namespace === undefined || metadata.namespace === namespace) ? owner : "absent";
  }

  #link(entry: Entry, owners: Owners): void {
    for (const { uid } of owners ?? []) {
      const known = this.#dependents.get(uid);
      if (known instanceof Set) known.add(entry);
      else this.#dependents.set(uid, known === undefined || known === entry ? entry : new Set([known, entry]));
    }
  }

  #unlink(entry: Entry, owners: Owners): void {
    for (const { uid } of owners ?? []) {
      const known = this.#dependents.get(uid);
      if (known instanceof Set) known.delete(entry);
      if (known === entry || (known instanceof Set && known.size === 0)) this.#dependents.delete(uid);
    }
  }
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}
