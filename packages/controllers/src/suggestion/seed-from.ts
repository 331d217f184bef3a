import { createHash } from "node:crypto";

/** An experiment's own seed: 48 bits of its uid, so that a restart goes on with the same one. */
export function seedFrom(uid: string): number {
  return createHash("sha256").update(uid).digest().readUIntBE(0, 6);
}
