import type { KubeObject } from "@qalam/api";
import type { DeleteOptions } from "../resource-store.ts";
import { hasContentFinalizer, terminating } from "./namespaces.ts";
import { timestamp } from "./store-options.ts";

/** Finalizer of an owner that waits for its dependents to go first. */
export const FOREGROUND_FINALIZER = "foregroundDeletion";
/** Finalizer of an owner whose dependents are being cut loose. */
export const ORPHAN_FINALIZER = "orphan";

export type PropagationPolicy = NonNullable<DeleteOptions["propagationPolicy"]>;

/** What deleting an object means for it: it goes at once, is marked and waits for its finalizers, or stays as it is. */
export type Deletion =
  | { readonly outcome: "remove" }
  | { readonly outcome: "mark"; readonly object: KubeObject }
  | { readonly outcome: "unchanged" };

/** The policy of a deletion that was asked for before. */
export function policyIn(finalizers: readonly string[] | undefined): PropagationPolicy | undefined {
  if (finalizers?.includes(ORPHAN_FINALIZER)) return "Orphan";
  return finalizers?.includes(FOREGROUND_FINALIZER) ? "Foreground" : undefined;
}

/** @param now milliseconds since 1970 */
export function prepareDelete(
  stored: KubeObject,
  policy: PropagationPolicy,
  hasDependents: boolean,
  now: number,
): Deletion {
  const { metadata } = stored;
  const finalizers = finalizersFor(metadata.finalizers ?? [], policy, hasDependents);
  if (finalizers.length === 0 && !hasContentFinalizer(stored)) return { outcome: "remove" };
  const marked = metadata.deletionTimestamp !== undefined;
  if (marked && finalizers.join() === (metadata.finalizers ?? []).join()) return { outcome: "unchanged" };
  const next = { ...metadata, finalizers };
  if (finalizers.length === 0) Reflect.deleteProperty(next, "finalizers");
  if (!marked) {
    next.deletionTimestamp = timestamp(now);
    next.deletionGracePeriodSeconds = 0;
    if (metadata.generation !== undefined) next.generation = metadata.generation + 1;
  }
  const object = { ...stored, metadata: next };
  return { outcome: "mark", object: hasContentFinalizer(stored) ? terminating(object) : object };
}

/** The policy of the last request counts: it adds its own finalizer and takes the other away. */
function finalizersFor(present: readonly string[], policy: PropagationPolicy, hasDependents: boolean): string[] {
  const others = present.filter((finalizer) => finalizer !== FOREGROUND_FINALIZER && finalizer !== ORPHAN_FINALIZER);
  if (!hasDependents) return others;
  if (policy === "Foreground") return [...others, FOREGROUND_FINALIZER];
  if (policy === "Orphan") return [...others, ORPHAN_FINALIZER];
  return others;
}
