import { ClosestLines } from "../closest-lines.ts";
import type { CollectedRow, StreamDiagnosis } from "../collector.ts";
import { secondsTime } from "../leading-time.ts";
import { ProblemList } from "../problem-list.ts";
import { STEP_NAMES } from "../step-names.ts";
import { parseExposition, parseSeries, type Sample, type Series, seriesText } from "./exposition.ts";

/** By name. */
type Samples = ReadonlyMap<string, readonly Sample[]>;

/** What of a metric was last reported, or is held back. */
interface Reading {
  readonly value: string;
  readonly step: number | undefined;
  readonly time: number | undefined;
}

/**
 * Turns the answers of an exporter into rows. An exporter shows a value until it has the next one, so a row is what has changed since the answer before: the value, its
 * time, or the step (a series named global_step, epoch, step or iteration). When the step alone has changed the row is held until the next answer, as the
 * new value may not be there yet.
 */
export class ScrapeCollector {
  readonly #wanted: readonly { readonly metric: string; readonly series: Series }[];
  readonly #found: Record<string, number>;
  readonly #closest: ClosestLines;
  readonly #problems = new ProblemList();
  /** By metric: of the newest answer only, as labels may change from one to the next. */
  readonly #ambiguous = new Map<string, string>();
  readonly #last = new Map<string, Reading>();
  readonly #held = new Map<string, Reading>();
  #sequence: number;
  #bytes = 0;
  #answers = 0;

  /**
   * @param metricNames the objective first; a name may choose between series: `loss{split="valid"}`
   * @param resume the sequence and values an earlier collector came to
   */
  constructor(
    metricNames: readonly string[],
    resume: { readonly sequence: number; readonly values: Readonly<Record<string, string>> } = {
      sequence: 0,
      values: {},
    },
  ) {
    this.#wanted = metricNames.map((metric) => ({
      metric,
      series: parseSeries(metric) ?? { name: metric, labels: {} },
    }));
    this.#found = Object.fromEntries(metricNames.map((name) => [name, 0]));
    this.#closest = new ClosestLines(metricNames[0] ?? "", /./);
    this.#sequence = resume.sequence;
    for (const [metric, value] of Object.entries(resume.values))
      this.#last.set(metric, { value, step: undefined, time: undefined });
  }

  /** One answer. @param contentType tells OpenMetrics from the older format */
  take(body: string, contentType: string): CollectedRow[] {
    this.#bytes += Buffer.byteLength(body);
    this.#answers += 1;
    const { samples, problems } = parseExposition(body, contentType.includes("openmetrics"));
    for (const problem of problems.slice(0, 1)) this.#problems.add(problem);
    const byName = new Map<string, Sample[]>();
    for (const sample of samples) {
      const known = byName.get(sample.name);
      if (known === undefined) byName.set(sample.name, [sample]);
      else known.push(sample);
    }
    const step = stepOf(byName);
    return this.#wanted.flatMap(({ metric, series }) => {
      const sample = this.#choose(byName, series, metric);
      return sample === undefined ? [] : this.#rows(metric, { value: sample.value, step, time: sample.time });
    });
  }

  /** No more answers come: what was held counts. */
  end(): CollectedRow[] {
    return [...this.#held].map(([metric, reading]) => this.#row(metric, reading));
  }

  /** An answer that could not be had. */
  fail(problem: string): void {
    this.#problems.add(problem);
  }

  diagnose(): StreamDiagnosis {
    return {
      bytes: this.#bytes,
      units: this.#answers,
      found: { ...this.#found },
      closest: this.#closest.list(),
      problems: [...this.#ambiguous.values(), ...this.#problems.list()],
    };
  }

  #choose(samples: Samples, series: Series, metric: string): Sample | undefined {
    const { chosen, candidates } = chooseSeries(samples, series);
    if (candidates.length > 1 && chosen === undefined)
      this.#ambiguous.set(
        metric,
        `${metric} may be any of ${candidates.slice(0, 5).map(seriesText).join(", ")}: write one of them as its name`,
      );
    else if (chosen === undefined && metric === this.#wanted[0]?.metric)
      for (const [sample] of samples.values()) this.#closest.add(seriesText(sample as Sample));
    return chosen;
  }

  #rows(metric: string, reading: Reading): CollectedRow[] {
    const last = this.#last.get(metric);
    const held = this.#held.get(metric);
    this.#held.delete(metric);
    if (last === undefined || last.value !== reading.value || last.time !== reading.time)
      return [this.#row(metric, reading)];
    if (last.step === reading.step) return [];
    if (last.step === undefined && held === undefined) this.#last.set(metric, reading);
    else if (held?.step === reading.step) return [this.#row(metric, reading)];
    else this.#held.set(metric, reading);
    return [];
  }

  #row(metric: string, { value, step, time: seconds }: Reading): CollectedRow {
    this.#last.set(metric, { value, step, time: seconds });
    this.#found[metric] = (this.#found[metric] ?? 0) + 1;
    this.#sequence += 1;
    const time = seconds === undefined ? undefined : secondsTime(seconds);
    return {
      metric,
      value,
      sequence: this.#sequence,
      ...(time !== undefined && { time }),
      ...(step !== undefined && { step }),
    };
  }
}

/** The series with exactly these labels, else the only one that has at least these. */
function chooseSeries(
  samples: Samples,
  { name, labels }: Series,
): { readonly chosen: Sample | undefined; readonly candidates: readonly Sample[] } {
  const wanted = Object.entries(labels);
  const candidates = (samples.get(name) ?? []).filter((sample) =>
    wanted.every(([label, value]) => sample.labels[label] === value),
  );
  const exact = candidates.find((sample) => Object.keys(sample.labels).length === wanted.length);
  return { chosen: exact ?? (candidates.length === 1 ? candidates[0] : undefined), candidates };
}

function stepOf(samples: Samples): number | undefined {
  for (const name of STEP_NAMES) {
    const step = Number(chooseSeries(samples, { name, labels: {} }).chosen?.value ?? Number.NaN);
    if (Number.isSafeInteger(step) && step >= 0) return step;
  }
  return undefined;
}
