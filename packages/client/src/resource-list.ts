import { apiVersionOf, type KubeObject, type ResourceKind } from "@qalam/api";
import { ApiError } from "./api-error.ts";
import type { Connection } from "./connection.ts";
import { collectionPath } from "./resource-path.ts";

/** Which objects. */
export interface Scope {
  /** All namespaces when absent. */
  readonly namespace?: string;
  /** Kubernetes syntax: `a=b,c!=d,e in (f,g),!h`. */
  readonly labelSelector?: string;
  /** `metadata.name=x` and the fields a kind declares. */
  readonly fieldSelector?: string;
}

export interface ListQuery extends Scope {
  /** Objects of one page at most. */
  readonly limit?: number;
  /** `metadata.continue` of the page before. */
  readonly continue?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface ResourceList<T> {
  readonly items: T[];
  readonly metadata: {
    /** Watch from here to miss nothing. */
    readonly resourceVersion: string;
    /** Present when there is another page. */
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

const PAGE_SIZE = 500;

/** One page, or everything without a limit. */
export async function listOnce<T extends KubeObject>(
  connection: Connection,
  kind: ResourceKind<T>,
  { namespace = "", signal, ...query }: ListQuery,
): Promise<ResourceList<T>> {
  const path = collectionPath(kind, namespace);
  const { items, metadata } = await connection.json<ResourceList<T>>({ path, query: { ...query }, signal });
  // Kubernetes leaves out what every item of a list has in common.
  const typed = items.map((item) => ({ ...item, apiVersion: apiVersionOf(kind), kind: kind.kind }));
  return { items: typed, metadata };
}

/** Page after page of one snapshot. @throws ApiError 410 when reading takes longer than the server remembers the snapshot */
export async function* listPages<T extends KubeObject>(
  connection: Connection,
  kind: ResourceKind<T>,
  { limit = PAGE_SIZE, ...query }: ListQuery,
): AsyncGenerator<ResourceList<T>> {
  let next = query.continue;
  do {
    const page = await listOnce(connection, kind, { ...query, limit, ...(next && { continue: next }) });
    yield page;
    next = page.metadata.continue;
  } while (next);
}

/** Everything, read in pages. When the server forgets the snapshot meanwhile it starts over, with one request that needs none. */
export async function listAll<T extends KubeObject>(
  connection: Connection,
  kind: ResourceKind<T>,
  query: Omit<ListQuery, "continue">,
): Promise<ResourceList<T>> {
  const items: T[] = [];
  let resourceVersion = "";
  try {
    for await (const page of listPages(connection, kind, query)) {
      for (const item of page.items) items.push(item);
      resourceVersion = page.metadata.resourceVersion;
    }
    return { items, metadata: { resourceVersion } };
  } catch (error) {
    if (!(error instanceof ApiError && error.isGone)) throw error;
    const { limit: _, ...rest } = query;
    return listOnce(connection, kind, rest);
  }
}
