import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const TAIL_BYTES = 4096;
const MOST_LINES = 5;
const MOST_CHARACTERS = 1024;

/** The end of a log, short enough for a message; empty when there is none. */
export function lastLines(log: string): string {
  let file: number;
  try {
    file = openSync(log, "r");
  } catch {
    return ""; // it never came to write
  }
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
    const text = printable(buffer.toString());
    return text.trimEnd().split("\n").slice(-MOST_LINES).join("\n").slice(-MOST_CHARACTERS);
  } finally {
    closeSync(file);
  }
}

/** Without what would garble a terminal or a table: control characters, colours, bytes that are no text. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return text.replace(/\x1b\[[\d;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f\ufffd]/g, "");
}
