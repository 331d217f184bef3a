import type { Answer } from "./exchange.ts";
import { masked } from "./masks.ts";
import { servedParts } from "./served-part.ts";

/** One place where two answers differ. */
export interface Difference {
  /** `body.metadata.labels.a`, `status`, `headers.warning`. */
  readonly path: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

/** Every place where two JSON values differ; a member that one side lacks counts. */
function differences(ours: unknown, theirs: unknown, path = ""): Difference[] {
  if (!isContainer(ours) || !isContainer(theirs) || Array.isArray(ours) !== Array.isArray(theirs))
    return Object.is(ours, theirs) ? [] : [{ path, ours, theirs }];
  const keys = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
  return keys.flatMap((key) => {
    const below = Array.isArray(ours) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    return differences(ours[key], theirs[key], below);
  });
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Every place where two answers differ once they are masked. @param servedOnly leaves out what only theirs speaks of */
export function compareAnswers(ours: Answer, theirs: Answer, servedOnly: boolean): Difference[] {
  const [own, other] = [masked(ours), masked(theirs)];
  if (own.status !== other.status) return [{ path: "status", ours: inShort(own), theirs: inShort(other) }];
  if (!servedOnly) return differences(own, other);
  const [ownBody, otherBody] = servedParts(own.body, other.body);
  return differences({ ...own, body: ownBody }, { ...other, body: otherBody });
}

/** Answers of different status differ in everything; what they say is told with it. */
function inShort({ status, body }: Answer): string {
  const { message, reason } = (typeof body === "object" ? body : { message: body }) as {
    message?: string;
    reason?: string;
  };
  return [status, reason, message].filter((part) => part !== undefined).join(" ");
}
