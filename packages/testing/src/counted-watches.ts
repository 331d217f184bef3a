import type { ResourceStore } from "@qalam/store";

/** Counts the open watches of a store, to see that whoever goes away gives up theirs. */
export class CountedWatches {
  #open = 0;
  readonly #waiting = new Set<() => void>();

  /** A view of a store whose watches count. */
  of(store: ResourceStore): ResourceStore {
    return new Proxy(store, {
      get: (target, name) => {
        if (name === "watch") return (...call: Parameters<ResourceStore["watch"]>) => this.#counted(target, call);
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
  }

  get open(): number {
    return this.#open;
  }

  /** Resolves once this many are open. */
  async until(count: number): Promise<void> {
    while (this.#open !== count) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #counted(store: ResourceStore, call: Parameters<ResourceStore["watch"]>) {
    const watch = store.watch(...call);
    let isOpen = true;
    this.#change(1);
    return {
      close: () => {
        if (isOpen) this.#change(-1);
        isOpen = false;
        watch.close();
      },
      [Symbol.asyncIterator]: () => watch[Symbol.asyncIterator](),
    };
  }

  #change(by: number): void {
    this.#open += by;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
