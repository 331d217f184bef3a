import type { FinishedTrial, Json, PendingTrial, Point, Sampler, SearchSpace } from "@qalam/algorithms";
import { CommandError } from "../command-error.ts";
import type { Journal } from "./journal.ts";
import { type Ask, parseRequest, RequestError, type Tell } from "./request.ts";
import type { Search } from "./search-file.ts";

/** A trial as it is answered. */
interface TrialLine {
  readonly id: number;
  readonly params: Readonly<Record<string, number | string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly origin?: string;
}

type Reply =
  | { readonly trials: readonly TrialLine[]; readonly exhausted?: true }
  | { readonly ok: true }
  | { readonly error: string };

/** A suggestion as the journal keeps it. */
interface Suggested extends PendingTrial {
  readonly origin?: string;
}

interface AskRecord {
  readonly suggested: readonly (Omit<Suggested, "point"> & { readonly point: readonly (number | null)[] })[];
  readonly sampler: Json;
}
/** Numbers that JSON does not have stand as text. */
type TellRecord = Omit<Tell, "values" | "constraints" | "intermediate"> & {
  readonly values?: readonly (number | string)[];
  readonly constraints?: readonly (number | string)[];
  readonly intermediate?: readonly (readonly (number | string)[])[];
};

const VERSION = 1;

/**
 * One search, line by line. What an answer says stands in the journal before it is given; a line that gets an error changes nothing. The same tell again is
 * answered again and counts once, so that a client that lost an answer may repeat itself.
 */
export class Conversation {
  readonly #search: Search;
  readonly #journal: Journal | undefined;
  readonly #isVerbose: boolean;
  readonly #sampler: Sampler;
  readonly #pending = new Map<number, Suggested>();
  /** Tells by id, as text: to know a repetition. */
  readonly #told = new Map<number, string>();
  /** The sampler's state in the journal, as text. */
  #kept: string | undefined;

  /** @param options.seed of a new search; a resumed one has its own @throws CommandError when the journal is of another search */
  constructor(search: Search, journal: Journal | undefined, options: { seed?: number; isVerbose?: boolean } = {}) {
    this.#search = search;
    this.#journal = journal;
    this.#isVerbose = options.isVerbose === true;
    const [head, ...records] = (journal?.lines ?? []) as [Head?, ...(AskRecord | TellRecord)[]];
    const seed = head === undefined ? (options.seed ?? freshSeed()) : checkedSeed(head, search, options.seed);
    if (head === undefined) journal?.append(headOf(search, seed));
    const asks = records.filter((record) => "sampler" in record);
    const state = asks.at(-1)?.sampler;
    this.#kept = state === undefined ? undefined : JSON.stringify(state);
    this.#sampler = search.algorithm.create({ ...search.options, seed, ...(state !== undefined && { state }) });
    const finished = records.flatMap((record) => this.#replay(record));
    if (finished.length > 0) this.#sampler.tell(finished);
  }

  /** Answers one line; never throws on what a client writes. @throws CommandError when the journal cannot be written */
  answer(line: string): Reply {
    try {
      const request = parseRequest(line);
      if ("ask" in request) return this.#ask(request);
      if ("tell" in request) return this.#tell(request);
      return { trials: [...this.#pending.values()].map((trial) => this.#trialLine(trial)) };
    } catch (error) {
      if (error instanceof RequestError) return { error: error.message };
      throw error;
    }
  }

  #ask({ ask }: Ask): Reply {
    const { suggestions, exhausted } = this.#sampler.ask(ask, [...this.#pending.values()]);
    const suggested = suggestions.map((one) => ({ ...one, point: [...one.point] }));
    const sampler = this.#sampler.dump();
    if (suggestions.length > 0 || JSON.stringify(sampler) !== this.#kept)
      this.#journal?.append({ suggested, sampler } satisfies AskRecord);
    this.#kept = JSON.stringify(sampler);
    for (const trial of suggestions) this.#pending.set(trial.id, trial);
    const trials = suggestions.map((trial) => this.#trialLine(trial));
    return exhausted && trials.length === 0 ? { trials, exhausted } : { trials };
  }

  #tell(tell: Tell): Reply {
    const record = recordOf(tell);
    const text = JSON.stringify(record);
    const before = this.#told.get(tell.tell);
    if (before === text) return { ok: true };
    if (before !== undefined) throw new RequestError(`trial ${tell.tell} was told already, otherwise: ${before}`);
    const trial = this.#pending.get(tell.tell);
    if (trial === undefined)
      throw new RequestError(
        `there is no trial ${tell.tell}; without result are ${idsText([...this.#pending.keys()])}`,
      );
    checkCounts(tell, this.#search);
    this.#journal?.append(record);
    this.#sampler.tell(this.#apply(tell, trial));
    return { ok: true };
  }

  /** Takes a record of the journal over. @returns the trial that it finished, if any */
  #replay(record: AskRecord | TellRecord): FinishedTrial[] {
    if ("sampler" in record) {
      for (const { point, ...trial } of record.suggested)
        this.#pending.set(trial.id, { ...trial, point: Float64Array.from(point, (x) => x ?? Number.NaN) });
      return [];
    }
    const trial = this.#pending.get(record.tell);
    return trial === undefined ? [] : this.#apply(tellOf(record), trial);
  }

  /** Ends a trial or notes its reports. */
  #apply(tell: Tell, trial: Suggested): FinishedTrial[] {
    const { values = [], failed, stopped, constraints, intermediate } = tell;
    const curve = merged(trial.intermediate ?? [], intermediate ?? []);
    const reported = { ...trial, ...(curve.length > 0 && { intermediate: curve }) };
    if (failed === undefined && tell.values === undefined) {
      this.#pending.set(trial.id, reported);
      return [];
    }
    this.#pending.delete(trial.id);
    this.#told.set(trial.id, JSON.stringify(recordOf(tell)));
    const state = failed === true ? "failed" : stopped === true ? "early-stopped" : "succeeded";
    return [{ ...reported, state, values, ...(constraints !== undefined && { constraints }) }];
  }

  #trialLine({ id, point, labels, origin }: Suggested): TrialLine {
    const more = this.#isVerbose
      ? { ...(labels !== undefined && { labels }), ...(origin !== undefined && { origin }) }
      : {};
    return { id, params: paramsOf(this.#search.options.space, point), ...more };
  }
}

/** The first line of a journal: which search it is. */
interface Head {
  readonly askTell: typeof VERSION;
  readonly seed: number;
  readonly spec: Search["spec"];
}

function headOf({ spec }: Search, seed: number): Head {
  return { askTell: VERSION, seed, spec };
}

function checkedSeed(head: Head, { spec }: Search, seed: number | undefined): number {
  if (head.askTell !== VERSION) throw new CommandError("the state file was not written by this version of ask-tell");
  const fields = [...new Set([...Object.keys(head.spec), ...Object.keys(spec)])] as (keyof typeof spec)[];
  const other = fields.filter((field) => JSON.stringify(head.spec[field]) !== JSON.stringify(spec[field]));
  if (other.length > 0)
    throw new CommandError(
      `the state file is of another search; use another file\n${other
        .map(
          (field) => `  its ${field}: ${JSON.stringify(head.spec[field])}\n  asked for: ${JSON.stringify(spec[field])}`,
        )
        .join("\n")}`,
    );
  if (seed !== undefined && seed !== head.seed)
    throw new CommandError(`the state file has seed ${head.seed}, not ${seed}; leave --seed away to go on`);
  return head.seed;
}

function freshSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] as number;
}

/** As many values as objectives, as many constraints as declared. */
function checkCounts({ values, constraints }: Tell, { options }: Search): void {
  const objectives = options.directions.length;
  if (values !== undefined && values.length !== objectives)
    throw new RequestError(
      `expected ${objectives === 1 ? "one value" : `"values" with ${objectives} numbers, one per objective`}, found ${values.length}`,
    );
  const wanted = options.constraints ?? 0;
  if (values !== undefined && (constraints?.length ?? 0) !== wanted)
    throw new RequestError(`expected ${wanted} constraints (feasible at most 0), found ${constraints?.length ?? 0}`);
}

function paramsOf(space: SearchSpace, point: Point): Record<string, number | string> {
  return Object.fromEntries(
    space.format(point).map(({ name, value }) => {
      const parameter = space.parameters.find((one) => one.name === name);
      return [name, parameter?.type === "categorical" ? value : Number(value)];
    }),
  );
}

/** Later reports of a step replace earlier ones. */
function merged(
  before: readonly (readonly [number, number])[],
  after: readonly (readonly [number, number])[],
): (readonly [number, number])[] {
  return [...new Map([...before, ...after])].sort(([a], [b]) => a - b);
}

function recordOf({ values, constraints, intermediate, ...rest }: Tell): TellRecord {
  return {
    ...rest,
    ...(values !== undefined && { values: values.map(textOf) }),
    ...(constraints !== undefined && { constraints: constraints.map(textOf) }),
    ...(intermediate !== undefined && { intermediate: intermediate.map((pair) => pair.map(textOf)) }),
  };
}

function tellOf({ values, constraints, intermediate, ...rest }: TellRecord): Tell {
  return {
    ...rest,
    ...(values !== undefined && { values: values.map(Number) }),
    ...(constraints !== undefined && { constraints: constraints.map(Number) }),
    ...(intermediate !== undefined && {
      intermediate: intermediate.map(([step, value]) => [Number(step), Number(value)] as const),
    }),
  };
}

function textOf(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function idsText(ids: readonly number[]): string {
  if (ids.length === 0) return "none";
  return `${ids.slice(0, 10).join(", ")}${ids.length > 10 ? ` and ${ids.length - 10} more` : ""}`;
}
