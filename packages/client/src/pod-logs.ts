import { type ObjectKey, POD } from "@qalam/api";
import type { Backoff } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import { LogPosition } from "./log-position.ts";
import { reconnecting } from "./reconnecting.ts";
import { objectPath } from "./resource-path.ts";

export interface LogQuery {
  /** The pod's only one by default. */
  readonly container?: string;
  /** Until the container ends. */
  readonly follow?: boolean;
  /** Last lines only. */
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** RFC 3339. */
  readonly sinceTime?: string;
  /** Begins each line with the time it was seen. */
  readonly timestamps?: boolean;
  /** Output of the run before the last restart. */
  readonly previous?: boolean;
  readonly limitBytes?: number;
  readonly signal?: AbortSignal | undefined;
  /** Instead of the client's own. */
  readonly backoff?: Backoff;
}

/**
 * A container's output. Following it survives broken connections when it began at the log's beginning, as the server can only be asked for
 * the log from there again. A container that was started anew meanwhile is told from its beginning.
 */
export async function* podLogs(
  connection: Connection,
  pod: ObjectKey,
  { signal, backoff: _, ...query }: LogQuery,
  backoff: Backoff,
): AsyncGenerator<Uint8Array> {
  const open = () => connection.bytes({ path: objectPath(POD, pod, "log"), query: { ...query }, signal });
  const { tailLines, sinceSeconds, sinceTime, limitBytes } = query;
  const isWhole = [tailLines, sinceSeconds, sinceTime, limitBytes].every((part) => part === undefined);
  if (query.follow !== true || !isWhole) return yield* open();
  const position = new LogPosition();
  const goOn = () => position.after(open());
  yield* reconnecting(connection, goOn, { backoff, signal, endsWithAnswer: true });
}
