import { createHash } from "node:crypto";

/** Katib's alphabet for suffixes: no vowels, no digits that look like letters (Katib behaviour 1.7). */
const alphabet = "bcdfghjklmnpqrstvwxz2456789";

/** A short text that names its input: the same input always gives the same text. */
export function shortHash(input: string, length = 8): string {
  const bytes = createHash("sha256").update(input).digest();
  return Array.from({ length }, (_, i) => alphabet[(bytes[i] ?? 0) % alphabet.length]).join("");
}
