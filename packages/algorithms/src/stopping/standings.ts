import type { TrialHistory } from "../stopping-rule.ts";
import { RunningStatistics } from "./running-statistics.ts";
import { SortedNumbers } from "./sorted-numbers.ts";

/** Where a trial stands among those that have come as far as a step. */
export interface Standing {
  /** The step, to three digits. */
  readonly step: number;
  /** The trial's own figure as of this step. */
  readonly own: number;
  /** How many other trials have come as far. */
  readonly others: number;
  /** How many of them are better. */
  readonly better: number;
  /** Quantile of the others' figures, interpolated linearly (NumPy's default). @param q in [0, 1] */
  quantile(q: number): number;
}

interface Entry {
  readonly statistics: RunningStatistics;
  /** Labels of its steps, ascending, and its figure as of the last report of each. */
  readonly labels: number[];
  readonly figures: number[];
}

/**
 * One figure of every trial (its best or its average loss so far) at every step, ordered, so that a trial's rank at a step is found without looking at the other
 * trials. A trial counts at a step once it has reported at or beyond it, with its figure as of then. Steps are compared to three digits, so that steps that differ by
 * chance meet and the number of columns is bounded: 900 per decade.
 */
export class Standings {
  readonly #figure: (statistics: RunningStatistics) => number;
  readonly #entries = new Map<string, Entry>();
  readonly #columns = new Map<number, SortedNumbers>();
  /** Labels of the columns, ascending. */
  readonly #labels: number[] = [];

  /** @param figure less is better */
  constructor(figure: (statistics: RunningStatistics) => number) {
    this.#figure = figure;
  }

  /** Takes the newest report of a trial. */
  observe({ id, steps, values }: TrialHistory): void {
    const entry = this.#entries.get(id) ?? { statistics: new RunningStatistics(), labels: [], figures: [] };
    this.#entries.set(id, entry);
    entry.statistics.add(values.at(-1) as number);
    const figure = this.#figure(entry.statistics);
    const label = stepLabel(steps.at(-1) as number);
    const last = entry.labels.at(-1);
    if (last === label) {
      this.#column(label).remove(entry.figures.pop() as number);
      entry.labels.pop();
    } else if (last !== undefined) {
      const passed = entry.figures.at(-1) as number;
      for (let i = lowerBound(this.#labels, label) - 1; (this.#labels[i] ?? last) > last; i--)
        this.#columns.get(this.#labels[i] as number)?.add(passed);
    }
    const column = this.#column(label);
    entry.labels.push(label);
    entry.figures.push(figure);
    column.add(figure);
  }

  forget(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    for (const label of this.#labels) {
      const figure = figureAt(entry, label);
      if (figure !== undefined) this.#columns.get(label)?.remove(figure);
    }
  }

  /** What is known of a trial's losses. */
  statistics(id: string): RunningStatistics | undefined {
    return this.#entries.get(id)?.statistics;
  }

  /** Where a trial stands. @param step the newest of the trial unless given @returns undefined when it has nothing to show as of this step */
  of(id: string, step?: number): Standing | undefined {
    const entry = this.#entries.get(id);
    const label = step === undefined ? entry?.labels.at(-1) : stepLabel(step);
    const own = entry === undefined || label === undefined ? undefined : figureAt(entry, label);
    if (label === undefined || own === undefined) return undefined;
    const column = this.#column(label);
    const others = column.size - 1;
    const better = column.rank(own);
    // The trial's own figure is left out: from its rank on the others are one place further.
    const nth = (i: number): number => column.at(i < better ? i : i + 1);
    return { step: label, own, others, better, quantile: (q) => interpolate(nth, others, q) };
  }

  /** True for a trial that nobody was better than at its newest step. */
  isBest(id: string): boolean {
    return (this.of(id)?.better ?? 0) === 0;
  }

  /** The column of a label; a new one takes in everybody who has come as far. */
  #column(label: number): SortedNumbers {
    const known = this.#columns.get(label);
    if (known !== undefined) return known;
    const column = new SortedNumbers();
    for (const entry of this.#entries.values()) {
      const figure = figureAt(entry, label);
      if (figure !== undefined) column.add(figure);
    }
    this.#columns.set(label, column);
    this.#labels.splice(lowerBound(this.#labels, label), 0, label);
    return column;
  }
}

/** A step to three digits; rises with the step. */
function stepLabel(step: number): number {
  return Number.isInteger(step) && Math.abs(step) < 1000 ? step : Number(step.toPrecision(3));
}

/** The figure of a trial that has come as far as the label. */
function figureAt({ labels, figures }: Entry, label: number): number | undefined {
  if (labels.length === 0 || (labels.at(-1) as number) < label) return undefined;
  const next = lowerBound(labels, label);
  return labels[next] === label ? figures[next] : figures[next - 1];
}

/** How many of ascending numbers are less than this one. */
function lowerBound(items: readonly number[], value: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((items[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function interpolate(nth: (i: number) => number, count: number, q: number): number {
  const place = q * (count - 1);
  const below = nth(Math.floor(place));
  const above = nth(Math.ceil(place));
  const share = place - Math.floor(place);
  return below === above ? below : (1 - share) * below + share * above;
}
