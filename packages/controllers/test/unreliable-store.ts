import type { ResourceStore } from "@qalam/store";

const writes = new Set<PropertyKey>(["create", "update", "updateStatus", "patch", "delete"]);

/** What a write was, for tests that count. */
export interface Write {
  readonly method: string;
  readonly kind: string;
  readonly bytes: number;
}

/** The same store, with every write told of before it is made. What `onWrite` throws or returns stands in for the write's own result. */
export function observedStore(
  store: ResourceStore,
  onWrite: (write: Write, make: () => Promise<unknown>) => Promise<unknown>,
): ResourceStore {
  return new Proxy(store, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      if (typeof method !== "function") return method;
      if (!writes.has(name)) return method.bind(target);
      return (...args: unknown[]) => {
        const content = JSON.stringify(args.slice(1));
        const write = { method: String(name), kind: (args[0] as { kind: string }).kind, bytes: content.length };
        return onWrite(write, () => method.apply(target, args));
      };
    },
  });
}

/** The process died. */
class Crash extends Error {}

/**
 * A store as a process sees it that dies at its n-th write: that write and all later ones fail. @param isMade whether the last write reached the disk
 * before the process died
 */
export function crashingStore(store: ResourceStore, n: number, isMade: boolean, onCrash: () => void): ResourceStore {
  let count = 0;
  return observedStore(store, async (_write, make) => {
    count += 1;
    if (count < n) return make();
    if (count === n) {
      if (isMade) await make();
      onCrash();
    }
    throw new Crash("crash");
  });
}
