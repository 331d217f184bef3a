import type { KubeObject, ResourceKind } from "@qalam/api";
import { sharedJsonText, type WatchEvent } from "@qalam/store";
import type { Negotiated } from "./negotiate.ts";
import { partialMetadata, tableOf } from "./tables.ts";

type ObjectEvent = Exclude<WatchEvent<KubeObject>, { type: "BOOKMARK" }>;

/** How a watcher wants to read events. */
export interface LineForm {
  readonly kind: ResourceKind;
  readonly as: Negotiated["as"];
  readonly includeObject: "None" | "Metadata" | "Object";
}

const REMEMBERED = 256;
const REMEMBERED_BYTES = 8 * 1024 * 1024;
/** The newest events' lines, by object and form: a thousand watchers of one change share one buffer. */
const lines = new Map<KubeObject, Map<string, Buffer>>();
let bytes = 0;

/** One line of a watch. The event's object must be one that was read with `shared`. */
export function eventLine({ type, object }: ObjectEvent, form: LineForm): Buffer {
  let known = lines.get(object);
  if (known === undefined) {
    known = new Map();
    lines.set(object, known);
  }
  const name = `${type} ${form.as} ${form.includeObject} ${form.kind.group}`;
  let line = known.get(name);
  if (line === undefined) {
    line = Buffer.from(`{"type":${JSON.stringify(type)},"object":${text(object, form)}}\n`);
    known.set(name, line);
    bytes += line.length;
    forgetOldest();
  }
  return line;
}

function forgetOldest(): void {
  for (const [object, known] of lines) {
    if (lines.size <= REMEMBERED && bytes <= REMEMBERED_BYTES) return;
    for (const line of known.values()) bytes -= line.length;
    lines.delete(object);
  }
}

function text(object: KubeObject, { kind, as, includeObject }: LineForm): string {
  if (as === "Object") return sharedJsonText(object);
  if (as === "PartialObjectMetadata") return JSON.stringify(partialMetadata(object));
  const { resourceVersion } = object.metadata;
  return JSON.stringify(tableOf(kind, [object], { resourceVersion }, includeObject, Date.now()));
}
