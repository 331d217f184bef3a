/** @packageDocumentation Stores that live and die with the process: for tests, dry runs and embedding. */
import { LocalStore, type LocalStoreOptions } from "../local/local-store.ts";
import type { ResourceStore } from "../resource-store.ts";

export { MemoryObservationStore } from "./memory-observation-store.ts";

/** A ResourceStore in memory. */
export async function createMemoryStore(options: LocalStoreOptions = {}): Promise<ResourceStore> {
  const store = new LocalStore(
    { load: () => ({ objects: [], version: 0 }), record: () => {}, commit: () => {}, close: () => {} },
    options,
  );
  await store.initialize();
  return store;
}
