import type { KubeObject, ObjectMeta } from "@qalam/api";
import type { Query } from "./query-text.ts";

/** What every write takes. */
export interface WriteOptions {
  /** Checks and answers as if it were written, but writes nothing. */
  readonly dryRun?: boolean;
  /** Under this name the written fields stand in `managedFields`. */
  readonly fieldManager?: string;
  /** What unknown or repeated fields lead to. @default "Warn" */
  readonly fieldValidation?: "Ignore" | "Warn" | "Strict";
  /** Writes the status, which is all that is written then. */
  readonly subresource?: "status";
  /** Told of the server's warnings about this write, instead of the client's own. */
  readonly onWarning?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Takes over fields that others manage. Without it they are an ApiError with `isConflict`, and `causes` tells who has which. */
  readonly force?: boolean;
}

export interface DeleteOptions {
  /** What happens to objects that this one owns: deleted after it (default), before it, or left. */
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  readonly gracePeriodSeconds?: number;
  /** Deletes only the object that was seen. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** An object to be created: `apiVersion` and `kind` come from the kind, the name from `generateName` if there is none. */
export type NewObject<T extends KubeObject> = Omit<T, "apiVersion" | "kind" | "metadata"> & {
  apiVersion?: string;
  kind?: string;
  metadata: Partial<ObjectMeta>;
};

/** Any part of an object. Lists are whole. */
export type Part<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: Part<T[K]> } : T;

/** JSON merge patch (RFC 7386): the parts that change; null removes a field. */
export type MergePatch<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: MergePatch<T[K]> | null }
    : T;

/** One step of a JSON patch (RFC 6902). */
export type JsonPatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string }
  | { readonly op: "move" | "copy"; readonly path: string; readonly from: string };

/** A change in one of Kubernetes' formats. Strategic merges are for built-in kinds only. */
export type Patch<T> =
  | { readonly merge: MergePatch<T> }
  | { readonly json: readonly JsonPatchOperation[] }
  | { readonly strategic: MergePatch<T> };

/** Body and media type of a patch. */
export function patchBody<T>(patch: Patch<T>): { body: unknown; contentType: string } {
  if ("merge" in patch) return { body: patch.merge, contentType: "application/merge-patch+json" };
  if ("json" in patch) return { body: patch.json, contentType: "application/json-patch+json" };
  return { body: patch.strategic, contentType: "application/strategic-merge-patch+json" };
}

export function writeQuery({ dryRun, fieldManager, fieldValidation }: WriteOptions): Query {
  return { dryRun: dryRun === true ? "All" : undefined, fieldManager, fieldValidation };
}

/** Kubernetes' DeleteOptions. */
export function deleteBody({ dryRun, signal: _, ...options }: DeleteOptions): object {
  return { apiVersion: "v1", kind: "DeleteOptions", ...options, ...(dryRun === true && { dryRun: ["All"] }) };
}
