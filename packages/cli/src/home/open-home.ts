import { existsSync } from "node:fs";
import { LockedError } from "@qalam/store";
import { readLockHolder } from "@qalam/store/sqlite";
import type { SuggestionServices } from "../suggestion-services.ts";
import { say, type Terminal } from "../terminal.ts";
import { dataDirectory } from "./data-directory.ts";
import { openEmbeddedHome } from "./embedded-home.ts";
import type { Home, HomeMode } from "./home.ts";
import { openRemoteHome } from "./remote-home.ts";

/** Opens the home a command works with: the server that holds the data directory, or one inside this process. */
export async function openHome(
  terminal: Terminal,
  mode: HomeMode,
  suggestionServices: SuggestionServices = new Map(),
): Promise<Home> {
  const path = dataDirectory(terminal.env);
  const remote = (address: string) => openRemoteHome(path, address, (line) => say(terminal, line));
  const holder = existsSync(path) ? await readLockHolder(path) : undefined;
  if (holder?.address !== undefined) return remote(holder.address);
  try {
    return await openEmbeddedHome(path, { mode, suggestionServices, onError: errorReporter(terminal) });
  } catch (error) {
    if (error instanceof LockedError && error.holder?.address !== undefined) return remote(error.holder.address);
    throw error;
  }
}

/** Runs a command with a home and closes it whatever happens. */
export async function withHome<T>(terminal: Terminal, mode: HomeMode, use: (home: Home) => Promise<T>): Promise<T> {
  const home = await openHome(terminal, mode);
  try {
    return await use(home);
  } finally {
    await home.close();
  }
}

/** Says each error of the background work once; with QALAM_DEBUG every time and with its stack. */
export function errorReporter(terminal: Terminal): (where: string, error: Error) => void {
  const said = new Set<string>();
  return (where, error) => {
    if (terminal.env.QALAM_DEBUG !== undefined) return say(terminal, `${where}: ${error.stack}`);
    const text = `${where.replace(/ \(attempt \d+\)$/, "")}: ${error.message}`;
    if (!said.has(text)) say(terminal, `warning: ${text}`);
    said.add(text);
  };
}
