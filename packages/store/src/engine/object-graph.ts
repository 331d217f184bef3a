import { type KubeObject, kindOf, type ObjectMeta, type OwnerReference } from "@qalam/api";
import type { Entry } from "./resource-table.ts";

type Owners = ObjectMeta["ownerReferences"];
export type OwnerState = "solid" | "absent" | "waiting";

/** Who owns whom, by uid, and how many objects each namespace has. */
export class ObjectGraph {
  readonly #byUid = new Map<string, Entry>();
  readonly #dependents = new Map<string, Set<Entry>>();
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
    return this.#dependents.get(uid) ?? [];
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
      if (known === undefined) this.#dependents.set(uid, new Set([entry]));
      else known.add(entry);
    }
  }

  #unlink(entry: Entry, owners: Owners): void {
    for (const { uid } of owners ?? []) {
      const known = this.#dependents.get(uid);
      known?.delete(entry);
      if (known?.size === 0) this.#dependents.delete(uid);
    }
  }
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}
