import type { KubeObject } from "@qalam/api";
import type { ResourceTable } from "./resource-table.ts";

/** One write of one object. Objects are frozen. */
export interface Change {
  readonly version: number;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly table: ResourceTable;
  readonly key: string;
  /** As written; of a deletion, the last state with the deletion's version. */
  readonly object: KubeObject;
  /** What it replaced. */
  readonly previous: KubeObject | undefined;
}
