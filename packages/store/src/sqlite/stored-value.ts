import { Buffer } from "node:buffer";
import type { SqlValue } from "./driver.ts";

/** `@photostructure/sqlite` 1.2.1 stores numbers nearer to zero than 2.2e-16 as zero. */
const LEAST_EXACT = 1e-15;

/** A number where that gives the very same text back, which is most often and half the size; the text otherwise. */
export function storedValue(text: string): SqlValue {
  const number = Number(text);
  const isExact =
    String(number) === text && Number.isFinite(number) && (number === 0 || Math.abs(number) >= LEAST_EXACT);
  return isExact ? number : storedText(text);
}

/** Texts with a NUL are stored as bytes: the drivers read a text only up to it. */
export function storedText(text: string): string | Uint8Array {
  return text.includes("\u0000") ? Buffer.from(text) : text;
}

/** The text that `storedValue` or `storedText` stored. */
export function textOf(stored: SqlValue): string {
  return stored instanceof Uint8Array ? Buffer.from(stored).toString() : String(stored);
}
