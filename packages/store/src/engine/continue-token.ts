import { Buffer } from "node:buffer";
import { InvalidRequestError } from "../errors.ts";

/** Where a list goes on, and at which point in time. */
export interface ContinuePoint {
  readonly version: number;
  /** Key within the table of the last object that was seen. */
  readonly after: string;
}

const FORMAT = "qalam1";

export function encodeContinue(tableId: string, { version, after }: ContinuePoint): string {
  return Buffer.from(JSON.stringify([FORMAT, tableId, version, after])).toString("base64url");
}

/** @throws InvalidRequestError for a token that is not ours or of another kind */
export function decodeContinue(tableId: string, token: string): ContinuePoint {
  try {
    const [format, id, version, after] = JSON.parse(Buffer.from(token, "base64url").toString()) as unknown[];
    if (format === FORMAT && id === tableId && Number.isSafeInteger(version) && typeof after === "string") {
      return { version: version as number, after };
    }
  } catch {
    // Not JSON: not ours either.
  }
  throw new InvalidRequestError(
    "the continue token is not valid: use metadata.continue of the page before, unchanged, on the same resource",
  );
}
