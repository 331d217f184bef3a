import { createHash } from "node:crypto";

/** A document that does not change while the server runs. */
export interface OpenApiDocument {
  readonly bytes: Uint8Array;
  readonly type: string;
  /** Changes when the document does. */
  readonly hash: string;
}

export function jsonDocument(body: object): OpenApiDocument {
  return documentOf(Buffer.from(JSON.stringify(body)), "application/json");
}

export function documentOf(bytes: Uint8Array, type: string): OpenApiDocument {
  return { bytes, type, hash: createHash("sha256").update(bytes).digest("hex").slice(0, 32).toUpperCase() };
}
