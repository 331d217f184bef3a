import type { KubeObject } from "@qalam/api";
import { ExpiredError, InvalidRequestError } from "../errors.ts";
import type { ListOptions, ResourceList } from "../resource-store.ts";

/** A list at one moment. Objects are shared, so keeping it costs a reference each. */
interface Snapshot {
  readonly version: number;
  readonly objects: readonly KubeObject[];
}

/** Lists in progress that are kept; the oldest gives way. */
const MAX_SNAPSHOTS = 64;

/** Cuts lists into pages that all show the same moment. */
export class Pages {
  readonly #snapshots = new Map<string, Snapshot>();
  #next = 0;

  /** @throws ExpiredError for a token whose list is no longer kept, InvalidRequestError for one that is not ours */
  page(options: ListOptions, take: () => Snapshot): ResourceList<KubeObject> {
    if (options.limit !== undefined && (!Number.isInteger(options.limit) || options.limit < 0))
      throw new InvalidRequestError(`limit must be a whole number, found ${options.limit}`);
    const { id, start } = options.continue ? parseToken(options.continue) : { id: undefined, start: 0 };
    const snapshot = id === undefined ? take() : this.#snapshots.get(id);
    if (snapshot === undefined) throw new ExpiredError("the continue token is too old: list again without it");
    const end = options.limit ? start + options.limit : snapshot.objects.length;
    const items = snapshot.objects.slice(start, end);
    const resourceVersion = String(snapshot.version);
    if (end >= snapshot.objects.length) return { items, resourceVersion };
    const token = id ?? this.#keep(snapshot);
    return {
      items,
      resourceVersion,
      continue: Buffer.from(`${token}:${end}`).toString("base64url"),
      remainingItemCount: snapshot.objects.length - end,
    };
  }

  #keep(snapshot: Snapshot): string {
    const id = String(this.#next++);
    this.#snapshots.set(id, snapshot);
    if (this.#snapshots.size > MAX_SNAPSHOTS) this.#snapshots.delete(this.#snapshots.keys().next().value ?? "");
    return id;
  }
}

function parseToken(token: string): { id: string; start: number } {
  const match = /^(\d+):(\d+)$/.exec(Buffer.from(token, "base64url").toString());
  if (match === null) throw new InvalidRequestError("the continue token is not valid");
  return { id: match[1] ?? "", start: Number(match[2]) };
}
