import type { ObservationListener, ObservationRow } from "../observation-store.ts";

/** Those who want to hear of new rows. */
export class ObservationListeners {
  readonly #listeners = new Set<{ readonly call: ObservationListener }>();

  subscribe(call: ObservationListener): () => void {
    const listener = { call };
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** One listener that throws spoils nothing for the others nor for who appended: its error becomes an uncaught one. */
  tell(trialUid: string, rows: readonly ObservationRow[], end: number): void {
    if (rows.length === 0) return;
    for (const { call } of [...this.#listeners]) {
      try {
        call(trialUid, rows, end);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
