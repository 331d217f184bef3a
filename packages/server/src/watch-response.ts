import type { ServerResponse } from "node:http";
import { apiVersionOf, type ResourceKind } from "@qalam/api";
import type { ResourceStore } from "@qalam/store";
import type { Negotiated } from "./negotiate.ts";
import { statusOf } from "./status-error.ts";
import { isTooSlow, roomFor } from "./unread-bytes.ts";
import { eventLine, type LineForm } from "./watch-lines.ts";

export interface WatchRequest {
  readonly kind: ResourceKind;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly allowBookmarks: boolean;
  /** Begins with what exists whatever the version, and marks the bookmark after it, so that a client knows it has seen all. */
  readonly sendInitialEvents: boolean;
  readonly timeoutSeconds?: number;
  readonly as: Negotiated["as"];
  readonly includeObject: LineForm["includeObject"];
}

/**
 * Streams changes as JSON lines until the client goes, the time is up, or the version is too old (an ERROR event with 410). What happened before
 * goes out as fast as the client reads; of what happens now a client that reads too slowly is not told for long.
 */
export async function watchResponse(
  store: ResourceStore,
  request: WatchRequest,
  response: ServerResponse,
): Promise<void> {
  const { kind, resourceVersion, allowBookmarks, sendInitialEvents, timeoutSeconds, as, includeObject, ...scope } =
    request;
  const begun = Number(await store.currentResourceVersion());
  const watch = store.watch(kind, {
    ...scope,
    ...(resourceVersion !== undefined && !sendInitialEvents && { resourceVersion }),
    allowBookmarks,
    shared: true,
  });
  const timer = timeoutSeconds === undefined ? undefined : setTimeout(() => watch.close(), delay(timeoutSeconds));
  response.on("close", () => watch.close());
  start(response);
  let isInitial = sendInitialEvents;
  try {
    for await (const event of watch) {
      if (event.type === "BOOKMARK") {
        response.write(bookmarkLine(kind, event.resourceVersion, isInitial));
        isInitial = false;
        continue;
      }
      response.write(eventLine(event, { kind, as, includeObject }));
      if (isTooSlow(response)) return void response.destroy();
      if (Number(event.object.metadata.resourceVersion) <= begun) await roomFor(response);
    }
  } catch (error) {
    response.write(`${JSON.stringify({ type: "ERROR", object: statusOf(error) })}\n`);
  } finally {
    clearTimeout(timer);
    watch.close();
    response.end();
  }
}

/** Timers know no more than 31 bits of milliseconds. */
function delay(seconds: number): number {
  return Math.min(seconds * 1000, 2 ** 31 - 1);
}

/** Headers go out at once, so that a client knows the watch stands before anything happens. */
function start(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
  response.flushHeaders();
}

function bookmarkLine(kind: ResourceKind, resourceVersion: string, endsInitial: boolean): string {
  const metadata = {
    resourceVersion,
    ...(endsInitial && { annotations: { "k8s.io/initial-events-end": "true" } }),
  };
  const object = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata };
  return `${JSON.stringify({ type: "BOOKMARK", object })}\n`;
}
