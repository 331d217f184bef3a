import { randomUUID } from "node:crypto";

/** What a store takes from outside. Every field has a default. */
export interface StoreOptions {
  /** The time in milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
  /** @default crypto.randomUUID */
  readonly newUid?: () => string;
  /** Uniform in [0, 1), for generated names. @default Math.random */
  readonly random?: () => number;
  /** Changes remembered per kind, for watches and continue tokens. @default 2000 */
  readonly historyLimit?: number;
  /** Bytes of remembered changes per kind; the newest 64 changes are kept whatever they weigh. @default 33554432 */
  readonly historyBytes?: number;
  /** Least time between two bookmarks of a watch in milliseconds. @default 60000 */
  readonly bookmarkInterval?: number;
}

export function withDefaults(options: StoreOptions): Required<StoreOptions> {
  return {
    now: Date.now,
    newUid: randomUUID,
    random: Math.random,
    historyLimit: 2_000,
    historyBytes: 32 * 1024 * 1024,
    bookmarkInterval: 60_000,
    ...options,
  };
}

/** RFC 3339 in UTC with second precision, as Kubernetes writes times. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
