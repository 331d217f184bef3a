/** One sample of an exporter's answer. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** As written. */
  readonly value: string;
  /** Seconds since 1970, when the exporter wrote a time. */
  readonly time?: number;
}

export interface Exposition {
  readonly samples: readonly Sample[];
  /** Lines that are no samples: their number and text. */
  readonly problems: readonly string[];
}

const number = /^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)$/i;
const SHOWN_CHARACTERS = 80;

/**
 * Reads the Prometheus text format (0.0.4, also with quoted names as 1.0.0 has them) or OpenMetrics, which differ in the unit of times and in exemplars. A line
 * that cannot be read spoils nothing else.
 */
export function parseExposition(text: string, isOpenMetrics: boolean): Exposition {
  const samples: Sample[] = [];
  const problems: string[] = [];
  text.split("\n").forEach((line, index) => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return;
    const sample = parseSample(trimmed, isOpenMetrics);
    if (sample !== undefined) samples.push(sample);
    else problems.push(`line ${index + 1} is no sample: ${JSON.stringify(trimmed.slice(0, SHOWN_CHARACTERS))}`);
  });
  return { samples, problems };
}

function parseSample(line: string, isOpenMetrics: boolean): Sample | undefined {
  const series = parseSeries(line);
  if (series === undefined) return undefined;
  const rest = line.slice(series.end).split("#", 1)[0]?.trim().split(/\s+/) ?? [];
  const [value = "", time] = rest;
  if (!number.test(value) || rest.length > 2 || (time !== undefined && !number.test(time))) return undefined;
  const seconds = Number(time) / (isOpenMetrics ? 1 : 1000);
  return { name: series.name, labels: series.labels, value, ...(time !== undefined && { time: seconds }) };
}

/** A name and labels: `loss`, `loss{split="valid"}` or `{"a name", split="valid"}`. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Reads a series at the start of a text. @returns with where it ends; undefined when it is none */
export function parseSeries(text: string): (Series & { readonly end: number }) | undefined {
  let name = /^[^\s{}"=,#]*/.exec(text)?.[0] ?? "";
  let at = name.length;
  const brace = /\s*\{/y;
  brace.lastIndex = at;
  if (!brace.test(text)) return name === "" ? undefined : { name, labels: {}, end: at };
  at = brace.lastIndex;
  const labels: Record<string, string> = {};
  const part =
    /\s*(?:(?:([a-zA-Z_]\w*)|"((?:[^"\\]|\\.)*)")\s*=\s*"((?:[^"\\]|\\.)*)"|"((?:[^"\\]|\\.)*)")\s*(,|(?=\}))/y;
  const end = /\s*\}/y;
  for (;;) {
    end.lastIndex = at;
    if (end.test(text)) return name === "" ? undefined : { name, labels, end: end.lastIndex };
    part.lastIndex = at;
    const match = part.exec(text);
    if (match === null) return undefined;
    const [, plain, quoted, value, own] = match;
    if (own !== undefined) name = unescaped(own);
    else labels[plain ?? unescaped(quoted ?? "")] = unescaped(value ?? "");
    at = part.lastIndex;
  }
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character));
}

/** As an exporter writes it. */
export function seriesText({ name, labels }: Series): string {
  const entries = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return entries.length === 0 ? name : `${name}{${entries.join(",")}}`;
}
