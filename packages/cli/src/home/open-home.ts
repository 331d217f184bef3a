import { existsSync } from "node:fs";
import { ConnectionError } from "@qalam/client";
import { LockedError } from "@qalam/store";
import { readLockHolder } from "@qalam/store/sqlite";
import type { SuggestionServices } from "../suggestion-services.ts";
import { say as sayLine, type Terminal } from "../terminal.ts";
import { dataDirectory } from "./data-directory.ts";
import { openEmbeddedHome } from "./embedded-home.ts";
import type { Home, HomeMode } from "./home.ts";
import { openRemoteHome } from "./remote-home.ts";
import { tryAgain } from "./try-again.ts";

/** What a command needs beyond the data. */
export interface HomeOptions {
  readonly suggestionServices?: SuggestionServices;
  /** Goes on as the server when the command that hosted it ends. */
  readonly takesOver?: boolean;
}

/** Opens the home a command works with: the server that holds the data directory, or one inside this process. */
export async function openHome(terminal: Terminal, mode: HomeMode, options: HomeOptions = {}): Promise<Home> {
  const path = dataDirectory(terminal.env);
  return tryAgain(
    () => tryHome(path, terminal, mode, options),
    (error) => error instanceof LockedError || error instanceof ConnectionError,
  );
}

/** @throws LockedError when a process has the directory that serves nobody (yet), ConnectionError when the server does not answer (any more) */
async function tryHome(path: string, terminal: Terminal, mode: HomeMode, options: HomeOptions): Promise<Home> {
  const { suggestionServices = new Map(), takesOver = false } = options;
  const embedded = () =>
    openEmbeddedHome(path, { mode, passing: true, suggestionServices, onError: errorReporter(terminal) });
  const holder = existsSync(path) ? readLockHolder(path) : undefined;
  if (holder === undefined) return embedded();
  const { address } = holder;
  if (address === undefined) throw new LockedError(path, holder);
  const takeOver = () => embedded().catch(ignoreLocked);
  const say = (line: string) => sayLine(terminal, line);
  return openRemoteHome(path, { ...holder, address }, { say, ...(takesOver && { takeOver }) });
}

function ignoreLocked(error: Error): undefined {
  if (!(error instanceof LockedError)) throw error;
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
    if (terminal.env.QALAM_DEBUG !== undefined) return sayLine(terminal, `${where}: ${error.stack}`);
    const text = `${where.replace(/ \(attempt \d+\)$/, "")}: ${error.message}`;
    if (!said.has(text)) sayLine(terminal, `warning: ${text}`);
    said.add(text);
  };
}
