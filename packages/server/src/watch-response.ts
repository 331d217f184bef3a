import type { ServerResponse } from "node:http";
import type { KubeObject, ResourceKind } from "@qalam/api";
import type { ResourceStore, WatchEvent } from "@qalam/store";
import { statusOf } from "./status-error.ts";
import { tableOf } from "./tables.ts";

/** A reader that leaves this much unread is dropped: it can come back with the last version it saw. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

export interface WatchRequest {
  readonly kind: ResourceKind;
  readonly namespace: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly allowBookmarks: boolean;
  /** Marks the bookmark after the objects that exist, so that a client knows it has seen them all. */
  readonly sendInitialEvents: boolean;
  readonly timeoutSeconds?: number;
  /** Rows of a Table instead of objects. */
  readonly asTable: boolean;
}

/** Streams changes as JSON lines until the client goes, the time is up, or the version is too old (an ERROR event with 410). */
export async function watchResponse(
  store: ResourceStore,
  request: WatchRequest,
  response: ServerResponse,
): Promise<void> {
  const { kind, namespace, labelSelector, fieldSelector, resourceVersion } = request;
  const watch = store.watch(kind, {
    ...(namespace !== "" && { namespace }),
    ...(labelSelector !== undefined && { labelSelector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
    ...(resourceVersion !== undefined && resourceVersion !== "0" && { resourceVersion }),
    allowBookmarks: request.allowBookmarks,
    shared: true,
  });
  const timer =
    request.timeoutSeconds === undefined ? undefined : setTimeout(() => watch.close(), request.timeoutSeconds * 1000);
  response.on("close", () => watch.close());
  start(response);
  let isInitial = request.sendInitialEvents;
  try {
    for await (const event of watch) {
      const endsInitial = isInitial && event.type === "BOOKMARK";
      if (endsInitial) isInitial = false;
      response.write(`${JSON.stringify(encode(event, request, endsInitial))}\n`);
      if (response.writableLength > MAX_UNREAD_BYTES) return void response.destroy();
    }
  } catch (error) {
    response.write(`${JSON.stringify({ type: "ERROR", object: statusOf(error) })}\n`);
  } finally {
    clearTimeout(timer);
    watch.close();
    response.end();
  }
}

/** Headers go out at once, so that a client knows the watch stands before anything happens. */
function start(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
  response.flushHeaders();
}

function encode(event: WatchEvent<KubeObject>, { kind, asTable }: WatchRequest, endsInitial: boolean): object {
  if (event.type === "BOOKMARK") {
    const metadata = {
      resourceVersion: event.resourceVersion,
      creationTimestamp: null,
      ...(endsInitial && { annotations: { "k8s.io/initial-events-end": "true" } }),
    };
    return {
      type: "BOOKMARK",
      object: {
        apiVersion: kind.group === "" ? kind.version : `${kind.group}/${kind.version}`,
        kind: kind.kind,
        metadata,
      },
    };
  }
  return {
    type: event.type,
    object: asTable
      ? tableOf(
          kind,
          [event.object],
          { resourceVersion: event.object.metadata.resourceVersion },
          "Metadata",
          Date.now(),
        )
      : event.object,
  };
}
