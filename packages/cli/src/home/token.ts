import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommandError, EXIT } from "../command-error.ts";

/** The token of a data directory's API server; made at the first start, readable by its owner only. */
export function ensureToken(directory: string): string {
  const file = join(directory, "token");
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  return readFileSync(file, "utf8").trim();
}

/** @throws CommandError when there is none */
export function readToken(directory: string): string {
  try {
    return readFileSync(join(directory, "token"), "utf8").trim();
  } catch (error) {
    throw new CommandError(`cannot read the server's token in ${directory}: ${(error as Error).message}`, EXIT.failed);
  }
}
