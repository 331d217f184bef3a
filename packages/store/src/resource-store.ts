import type { KubeObject, ObjectKey, ResourceKind } from "@qalam/api";

/**
 * The store of all resources, with the semantics of a Kubernetes API server. Everything else in Qalam is written against this
 * contract. Its promises are checked by `describeResourceStore` in `@qalam/testing`, which runs over every implementation.
 *
 * - Objects are values: what goes in and comes out is never shared with the store. Callers may change what they get.
 * - Every write of any object takes the next number of one counter; that number is the object's `resourceVersion`.
 * - A write that was acknowledged (its promise resolved) survives `kill -9` in a durable implementation.
 * - Writes are serialised: two updates from the same `resourceVersion` never both succeed.
 */
export interface ResourceStore {
  /** The object, or undefined when there is none. */
  get<T extends KubeObject>(kind: ResourceKind<T>, key: ObjectKey, options?: ReadOptions): Promise<T | undefined>;

  /** Objects in order of namespace, then name. With `limit`, later pages show the same snapshot in time. @throws ExpiredError for a continue token that is too old; InvalidRequestError for one that is not ours or a bad selector */
  list<T extends KubeObject>(kind: ResourceKind<T>, options?: ListOptions): Promise<ResourceList<T>>;

  /**
   * Changes after `options.resourceVersion`, in order and without gaps or repeats. Without a version: first an ADDED for every
   * object that exists, then changes. An object that starts (stops) matching the selectors is seen as ADDED (DELETED).
   * Iteration ends after `close()` or with ExpiredError when the version is older than what the store remembers, or when the
   * reader is so slow that its bounded buffer overflowed: list again then.
   */
  watch<T extends KubeObject>(kind: ResourceKind<T>, options?: WatchOptions): ResourceWatch<T>;

  /**
   * Fills in uid, resourceVersion, creationTimestamp, generation 1 (but of kinds without) and, from `generateName`, the name. The status of kinds with
   * a status subresource is kept, as our own components create objects with their first status.
   * @throws AlreadyExistsError, InvalidRequestError (no name, resourceVersion set)
   */
  create<T extends KubeObject>(kind: ResourceKind<T>, object: T, options?: WriteOptions): Promise<T>;

  /**
   * Replaces everything but the immutable metadata and, with a status subresource, the status. `generation` grows when something
   * outside metadata and status changed; nothing is written when nothing changed. With `metadata.resourceVersion` the stored one
   * must equal it. `metadata.managedFields` are kept when absent; an empty list clears them. Removing the last finalizer of an object that is being deleted deletes it.
   * @throws NotFoundError, ConflictError
   */
  update<T extends KubeObject>(kind: ResourceKind<T>, object: T, options?: WriteOptions): Promise<T>;

  /** Like update, but changes `status` and `metadata.managedFields` only. @throws NotFoundError, ConflictError */
  updateStatus<T extends KubeObject>(kind: ResourceKind<T>, object: T, options?: WriteOptions): Promise<T>;

  /** JSON merge patch (RFC 7386); `status` of the patch counts only with `subresource: "status"`, and then nothing else does. @throws NotFoundError, ConflictError */
  patch<T extends KubeObject>(
    kind: ResourceKind<T>,
    key: ObjectKey,
    mergePatch: object,
    options?: PatchOptions,
  ): Promise<T>;

  /**
   * Deletes, or with finalizers (foreground adds its own) only marks with `deletionTimestamp`. Dependents (by ownerReferences) follow
   * by propagation policy: background (default) after the owner, foreground before it, orphan never.
   * @returns the object as it was last seen. @throws NotFoundError, ConflictError (preconditions)
   */
  delete<T extends KubeObject>(kind: ResourceKind<T>, key: ObjectKey, options?: DeleteOptions): Promise<T>;

  /** The version of the newest write. */
  currentResourceVersion(): Promise<string>;

  /** Ends every watch and releases files and locks. */
  close(): Promise<void>;
}

export interface ReadOptions {
  /** Hands out the store's own frozen objects instead of copies: for trusted callers in the same process that change nothing. */
  readonly shared?: boolean;
}

export interface ListOptions extends ReadOptions {
  /** All namespaces when absent. */
  readonly namespace?: string;
  /** Kubernetes syntax: `a=b,c!=d,e in (f,g),!h`. */
  readonly labelSelector?: string;
  /** `metadata.name`, `metadata.namespace` and the fields a kind declares, with `=`, `==`, `!=`. */
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  /** The state as it was at exactly this version. @throws ExpiredError when that is too long ago */
  readonly resourceVersion?: string;
}

export interface ResourceList<T> {
  readonly items: T[];
  /** Watch from here to miss nothing. */
  readonly resourceVersion: string;
  /** Present when there is another page. */
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export interface WatchOptions extends Pick<ListOptions, "namespace" | "labelSelector" | "fieldSelector" | "shared"> {
  /** Absent, or "0" as Kubernetes clients write: begin with what exists. */
  readonly resourceVersion?: string;
  /** Asks for BOOKMARK events: one after the initial objects, then whenever the version moved on without events of this watch, at most one a minute. */
  readonly allowBookmarks?: boolean;
}

export type WatchEvent<T> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string };

export interface ResourceWatch<T> extends AsyncIterable<WatchEvent<T>> {
  close(): void;
}

export interface WriteOptions extends ReadOptions {
  /** Validates and returns the result, but writes nothing. */
  readonly dryRun?: boolean;
}
export interface PatchOptions extends WriteOptions {
  readonly subresource?: "status";
}
export interface DeleteOptions extends WriteOptions {
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}
