import type { Change } from "../engine/change.ts";
import type { Journal } from "../engine/journal.ts";
import { JournaledStore } from "../engine/journaled-store.ts";
import { weigh } from "../engine/json-value.ts";
import type { StoreOptions } from "../engine/store-options.ts";
import type { ResourceStore } from "../resource-store.ts";

/** A ResourceStore in memory. */
export class MemoryStore extends JournaledStore {
  constructor(options: StoreOptions = {}) {
    super(new NoJournal(), options);
  }
}

/** A MemoryStore, opened as the other stores are. */
export async function createMemoryStore(options: StoreOptions = {}): Promise<ResourceStore> {
  return new MemoryStore(options);
}

class NoJournal implements Journal {
  rows(): [] {
    return [];
  }
  horizons(): ReadonlyMap<string, number> {
    return new Map();
  }
  commit(changes: readonly Change[]): number[] {
    return changes.map(({ object, previous }) => weigh(object, previous));
  }
  schedule(commit: () => void): void {
    queueMicrotask(commit);
  }
  close(): void {}
}
