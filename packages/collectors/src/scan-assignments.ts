/** `1,5` is taken whole, so that it is not read as 1. */
const number = /[+-]?(?:\d+(?:,\d+)+|(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d+)?|(?:nan|inf(?:inity)?)(?![\w]))/iy;
const gap = /\s*=\s*/y;
const nameCharacter = /[\w|-]/;
/** With more names than these, every `=` is looked at instead of every name. */
const FEW_NAMES = 16;

/** Finds values in a line. @param found takes name, value and where in the line the value stands */
export type LineScanner = (line: string, found: (name: string, value: string, at: number) => void) => void;

/**
 * Finds `name=value` of the wanted metrics: what Katib's default filter finds (Katib behaviour 5.5), and also `nan` and `inf`, which that
 * reads as empty values, and `1,5`, of which that reads 1. Written out, as it runs on every line of every trial.
 */
export function scanAssignments(metricNames: readonly string[]): LineScanner {
  return metricNames.length <= FEW_NAMES ? scanByName(metricNames) : scanByEquals(metricNames);
}

function scanByName(metricNames: readonly string[]): LineScanner {
  return (line, found) => {
    for (const name of metricNames) {
      for (let at = line.indexOf(name); at !== -1; at = line.indexOf(name, at + name.length)) {
        if (at > 0 && nameCharacter.test(line[at - 1] ?? "")) continue;
        gap.lastIndex = at + name.length;
        const between = gap.exec(line);
        if (between !== null) readNumber(line, name, gap.lastIndex, found);
      }
    }
  };
}

/** The time grows with the line, not with the number of names. */
function scanByEquals(metricNames: readonly string[]): LineScanner {
  const wanted = new Set(metricNames);
  const longest = Math.max(...metricNames.map(({ length }) => length));
  return (line, found) => {
    for (let at = line.indexOf("="); at !== -1; at = line.indexOf("=", at + 1)) {
      const end = line.slice(0, at).trimEnd().length;
      for (let start = end - 1; start >= Math.max(0, end - longest); start--) {
        if (start > 0 && nameCharacter.test(line[start - 1] ?? "")) continue;
        const name = line.slice(start, end);
        if (!wanted.has(name)) continue;
        gap.lastIndex = end;
        gap.test(line);
        readNumber(line, name, gap.lastIndex, found);
      }
    }
  };
}

function readNumber(line: string, name: string, at: number, found: Parameters<LineScanner>[1]): void {
  number.lastIndex = at;
  const value = number.exec(line);
  if (value !== null) found(name, value[0], value.index);
}
