import { KEPT_ROWS, type MetricRow, Stretch } from "./stretch.ts";

/** Thins rows of one metric as they are read: stretches that become too many are joined in pairs, so that memory stays bounded and no extreme is lost. */
export class Thinner {
  readonly #most: number;
  #length = KEPT_ROWS;
  #full: Stretch[] = [];
  #open = new Stretch(KEPT_ROWS);

  /** @param target rows wanted in the end; more are kept */
  constructor(target: number) {
    this.#most = 2 * Math.max(target, 32);
  }

  add(row: MetricRow): void {
    this.#open.add(row);
    if (!this.#open.isFull) return;
    this.#full.push(this.#open);
    if (this.#full.length === this.#most) {
      this.#full = this.#full.flatMap((one, i) => (i % 2 === 0 ? [one.joined(this.#full[i + 1]!)] : []));
      this.#length *= 2;
    }
    this.#open = new Stretch(this.#length);
  }

  kept(): MetricRow[] {
    return [...this.#full, this.#open].flatMap(({ kept }) => kept);
  }
}
