import { STEP_NAMES } from "./step-names.ts";

/** Finds the lines of a run that may hold a metric or a step: all of those, and few others. */
export interface LineSearch {
  /** Takes the run that is searched from now on. */
  start(run: Buffer): void;
  /** A place in the first such line that has anything at or after `from`, the start of a line; -1 when there is none. */
  next(from: number): number;
  /** Where the line begins and ends that holds a place `next` gave. */
  lineAround(place: number): [start: number, end: number];
}

const STEP_MARKS = "[Ee]poch|EPOCH|[Ss]tep|STEP|[Ii]teration|ITERATION";

/** Finds lines by a pattern over bytes read as Latin-1. */
export class PatternSearch implements LineSearch {
  readonly #pattern: RegExp;
  #text = "";
  #hasReturns = false;

  /** @param marks pattern of what lines with a metric hold */
  constructor(marks: readonly string[]) {
    this.#pattern = new RegExp([...marks, STEP_MARKS].join("|"), "g");
  }

  start(run: Buffer): void {
    this.#text = run.toString("latin1");
    this.#hasReturns = run.includes(CR);
  }

  next(from: number): number {
    this.#pattern.lastIndex = from;
    return this.#pattern.test(this.#text) ? this.#pattern.lastIndex - 1 : -1;
  }

  lineAround(place: number): [number, number] {
    const text = this.#text;
    const start = text.lastIndexOf("\n", place) + 1;
    const found = text.indexOf("\n", place);
    const end = found === -1 ? text.length : found;
    if (!this.#hasReturns) return [start, end];
    const carriage = text.slice(place, end).indexOf("\r");
    return [start + text.slice(start, place).lastIndexOf("\r") + 1, carriage === -1 ? end : place + carriage];
  }
}

/** The pattern of a name in bytes read as Latin-1. */
export function latin1Pattern(name: string): string {
  return Buffer.from(name)
    .toString("latin1")
    .replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

const [LF, CR, QUOTE, COLON, EQUALS] = [10, 13, 34, 58, 61];
/** Blanks within a line. */
const BLANKS = [32, 9, 11, 12];
const BEYOND_ASCII = 0x80;
/** With more signs than one in so many bytes, a pattern is faster than looking at each. */
const SPARSE = 40;
/** Not judged by its first bytes. */
const JUDGED_FROM = 4096;

/**
 * Finds lines by the sign that stands after a name, or by the names: the system's search for a byte is ten times as fast as a pattern, and in most logs such signs
 * are rare. Where they are not, it hands over to a pattern.
 */
export class SignSearch implements LineSearch {
  readonly #pattern: LineSearch;
  readonly #signs: readonly { readonly sign: number; readonly names: NameEnds }[];
  readonly #literals: readonly Buffer[];
  /** The next place of each sign and literal; where it is before the place asked for, it is looked for again. */
  readonly #places: number[];
  #run: Buffer = Buffer.alloc(0);
  /** How many of each sign were looked at. */
  readonly #examined: number[];
  #isHandedOver = false;

  /**
   * @param assigned names that count where `=` follows @param literals texts that count wherever they stand
   * @param pattern finds the same lines
   */
  constructor(assigned: readonly string[], literals: readonly string[], pattern: LineSearch) {
    this.#pattern = pattern;
    this.#signs = [
      { sign: EQUALS, names: new NameEnds(assigned) },
      { sign: COLON, names: new NameEnds([]) },
    ];
    this.#literals = literals.map((text) => Buffer.from(text));
    this.#places = [...this.#signs, ...this.#literals].map(() => -1);
    this.#examined = this.#places.map(() => 0);
  }

  start(run: Buffer): void {
    this.#run = run;
    this.#places.fill(-1);
    this.#examined.fill(0);
    this.#isHandedOver = false;
  }

  next(from: number): number {
    if (this.#isHandedOver) return this.#pattern.next(from);
    let nearest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#places.length; i++) {
      if ((this.#places[i] as number) < from) this.#places[i] = this.#find(i, from);
      nearest = Math.min(nearest, this.#places[i] as number);
      if (!isDense(this.#examined[i] as number, Math.min(this.#places[i] as number, this.#run.length))) continue;
      this.#isHandedOver = true;
      this.#pattern.start(this.#run);
      return this.#pattern.next(from);
    }
    return nearest === Number.POSITIVE_INFINITY ? -1 : nearest;
  }

  lineAround(place: number): [number, number] {
    if (this.#isHandedOver) return this.#pattern.lineAround(place);
    const run = this.#run;
    let start = place;
    while (start > 0 && !isLineEnd(run[start - 1] as number)) start--;
    let end = place;
    while (end < run.length && !isLineEnd(run[end] as number)) end++;
    return [start, end];
  }

  #find(index: number, from: number): number {
    const run = this.#run;
    const sign = this.#signs[index];
    if (sign === undefined) return orNever(run.indexOf(this.#literals[index - this.#signs.length] as Buffer, from));
    const { names } = sign;
    let examined = this.#examined[index] as number;
    let at = run.indexOf(sign.sign, from);
    for (; at !== -1; at = run.indexOf(sign.sign, at + 1)) {
      examined += 1;
      if (names.endBefore(run, at) || ((examined & 63) === 0 && isDense(examined, at))) break;
    }
    this.#examined[index] = examined;
    return orNever(at);
  }
}

/** Of the bytes before a place. */
function isDense(examined: number, place: number): boolean {
  return examined * SPARSE > place + JUDGED_FROM;
}

function orNever(place: number): number {
  return place === -1 ? Number.POSITIVE_INFINITY : place;
}

const STEPS = STEP_NAMES.map((name) => Buffer.from(name));

/** Tells whether a sign stands after a wanted name or the name of a step. */
class NameEnds {
  /** By last byte. */
  readonly #names: (readonly Buffer[] | undefined)[] = [];
  /** 1 for each byte that a name may have before its sign: most signs stand after another one, and are done with. */
  readonly #before = new Uint8Array(256);

  constructor(names: readonly string[]) {
    for (const name of names.map((text) => Buffer.from(text))) {
      const last = name.at(-1);
      if (last === undefined) continue;
      this.#names[last] = [...(this.#names[last] ?? []), name];
      this.#before[last] = 1;
    }
    for (const name of STEPS) for (const fold of [0x20, 0]) this.#before[(name.at(-1) as number) & ~fold] = 1;
    for (const byte of [...BLANKS, QUOTE]) this.#before[byte] = 1;
    this.#before.fill(1, BEYOND_ASCII);
  }

  /** @param at where the sign stands */
  endBefore(run: Buffer, at: number): boolean {
    return at > 0 && this.#before[run[at - 1] as number] === 1 && this.#isNameBefore(run, at);
  }

  #isNameBefore(run: Buffer, at: number): boolean {
    let end = at;
    while (end > 0 && isBlank(run[end - 1] as number)) end--;
    const last = end === 0 ? 0 : (run[end - 1] as number);
    if (last >= BEYOND_ASCII) return true; // a letter or white space
    if (this.#names[last]?.some((name) => endsWith(run, end, name, 0)) === true) return true;
    if (last === QUOTE) end--;
    return STEPS.some((name) => endsWith(run, end, name, 0x20));
  }
}

function isLineEnd(byte: number): boolean {
  return byte === LF || byte === CR;
}

function isBlank(byte: number): boolean {
  return BLANKS.includes(byte);
}

/** @param fold 0x20 compares without regard to case */
function endsWith(run: Buffer, end: number, name: Buffer, fold: number): boolean {
  const start = end - name.length;
  if (start < 0) return false;
  for (let i = name.length - 1; i >= 0; i--)
    if (((run[start + i] as number) | fold) !== ((name[i] as number) | fold)) return false;
  return true;
}
