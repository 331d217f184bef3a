/**
 * The parts every resource has in common. Names and meanings are those of the Kubernetes API machinery
 * (`metav1.ObjectMeta`, `metav1.Condition` as Katib writes it).
 */

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** `metadata.ownerReferences[]`: the owner's deletion deletes this object too. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** `metadata`. Times are RFC 3339 in UTC with second precision, as Kubernetes writes them. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  generateName?: string;
  uid?: string;
  /** Opaque to clients; ours is a decimal counter that grows with every write of the whole store. */
  resourceVersion?: string;
  /** Grows when anything but metadata and status changes. */
  generation?: number;
  creationTimestamp?: string | null;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: Json[];
}

/** What every stored document has: a kind, a name and otherwise any JSON. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** Identifies one object of a kind. Cluster-scoped kinds use the empty namespace. */
export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

/** A kind of resource: its place in the API and, as a phantom type, the shape of its objects. */
export interface ResourceKind<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** True when `/status` is a subresource: then `update` keeps the stored status and `updateStatus` changes only it. */
  readonly statusSubresource: boolean;
  /** False for kinds that have no `metadata.generation` in Kubernetes, as nothing is made to follow their content. */
  readonly hasGeneration?: false;
  /** Never set; carries the type. */
  readonly objectType?: T;
}

/** `v1` or `group/version`, as written in `apiVersion`. */
export function apiVersionOf(kind: ResourceKind): string {
  return kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
}

/** The key of an object. */
export function keyOf(object: KubeObject): ObjectKey {
  return { namespace: object.metadata.namespace ?? "", name: object.metadata.name };
}
