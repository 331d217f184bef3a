import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObservationStore } from "@qalam/store";
import { MemoryObservationStore, MemoryStore } from "@qalam/store/memory";
import { openDataDirectory } from "@qalam/store/sqlite";
import type { OpenStore } from "@qalam/testing";

/** A new folder and the way to be rid of it. */
export function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "qalam-store-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export const openMemory: OpenStore = async (options) => {
  const store = new MemoryStore(options);
  return { store, close: () => store.close() };
};

export const openSqlite: OpenStore = async (options) => {
  const directory = temporaryDirectory();
  const opened = await openDataDirectory(directory.path, options);
  const close = async (): Promise<void> => {
    await opened.close();
    directory.remove();
  };
  return { store: opened.resources, close };
};

export async function openMemoryObservations(): Promise<{ store: ObservationStore; close(): Promise<void> }> {
  const store = new MemoryObservationStore();
  return { store, close: () => store.close() };
}

export async function openSqliteObservations(): Promise<{ store: ObservationStore; close(): Promise<void> }> {
  const directory = temporaryDirectory();
  const opened = await openDataDirectory(directory.path);
  const close = async (): Promise<void> => {
    await opened.close();
    directory.remove();
  };
  return { store: opened.observations, close };
}
