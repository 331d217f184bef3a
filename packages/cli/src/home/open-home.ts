import { existsSync } from "node:fs";
import { LockedError } from "@qalam/store";
import { readLockHolder } from "@qalam/store/sqlite";
import { say, type Terminal } from "../terminal.ts";
import { dataDirectory } from "./data-directory.ts";
import { openEmbeddedHome } from "./embedded-home.ts";
import type { Home, HomeMode } from "./home.ts";
import { openRemoteHome } from "./remote-home.ts";

/** Opens the home a command works with: the server that holds the data directory, or one inside this process. */
export async function openHome(terminal: Terminal, mode: HomeMode): Promise<Home> {
  const path = dataDirectory(terminal.env);
  const holder = existsSync(path) ? readLockHolder(path) : undefined;
  if (holder?.address !== undefined) return openRemoteHome(path, holder.address);
  const failures = new Map<string, number>();
  const onError = (where: string, error: Error) => {
    const text = `${where.replace(/ \(attempt \d+\)$/, "")}: ${error.message}`;
    const count = (failures.get(text) ?? 0) + 1;
    failures.set(text, count);
    if (count === 1 || terminal.env.QALAM_DEBUG !== undefined)
      say(terminal, terminal.env.QALAM_DEBUG === undefined ? `warning: ${text}` : `${where}: ${error.stack}`);
  };
  try {
    return await openEmbeddedHome(path, { mode, onError });
  } catch (error) {
    if (error instanceof LockedError && error.holder?.address !== undefined)
      return openRemoteHome(path, error.holder.address);
    throw error;
  }
}
