import { parseGoFloat } from "@qalam/api";
import { type ObservationRow, Thinner } from "@qalam/store";
import type { PlotPoint } from "./braille-plot.ts";

/** More than the dots of a wide terminal. */
const POINTS = 1000;

/** The values of one metric for a plot, thinned as they come: memory stays bounded, and the first, the last, the least and the greatest are exact. */
export class PlotSeries {
  readonly #thinner = new Thinner<{ value: string; step: number | undefined; arrival: number }>(
    POINTS,
    (a, b) => a.arrival - b.arrival,
  );
  #reports = 0;
  #areStepped = true;
  #latest: ObservationRow | undefined;

  add(row: ObservationRow): void {
    this.#reports += 1;
    this.#latest = row;
    this.#areStepped &&= row.step !== undefined;
    this.#thinner.add({ value: row.value, step: row.step, arrival: this.#reports });
  }

  /** Whether all rows have a step. */
  get areStepped(): boolean {
    return this.#areStepped;
  }

  get reports(): number {
    return this.#reports;
  }

  get latest(): ObservationRow | undefined {
    return this.#latest;
  }

  /** Over steps where all rows have one, else over reports. */
  get points(): PlotPoint[] {
    return this.#thinner.kept().map(({ value, step, arrival }) => ({
      x: this.#areStepped ? (step ?? 0) : arrival,
      y: parseGoFloat(value) ?? Number.NaN,
    }));
  }
}

/** The series of a trial by metric, in the order in which they appeared. */
export class PlotData {
  readonly #series = new Map<string, PlotSeries>();

  get names(): string[] {
    return [...this.#series.keys()];
  }

  add(rows: readonly ObservationRow[]): void {
    for (const row of rows) {
      const series = this.#series.get(row.metric) ?? new PlotSeries();
      this.#series.set(row.metric, series);
      series.add(row);
    }
  }

  of(metric: string): PlotSeries | undefined {
    return this.#series.get(metric);
  }
}
