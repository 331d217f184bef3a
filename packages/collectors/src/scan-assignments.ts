const number = /[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d+)?|(?:nan|inf(?:inity)?)(?![\w]))/iy;
const gap = /\s*=\s*/y;
const nameCharacter = /[\w|-]/;

/**
 * Finds `name=value` of the wanted metrics: what Katib's default filter finds (Katib behaviour 5.5), and also `nan` and `inf`, which that
 * reads as empty values. Written out, as it runs on every line of every trial.
 */
export function scanAssignments(
  metricNames: readonly string[],
): (line: string, found: (name: string, value: string, at: number) => void) => void {
  return (line, found) => {
    for (const name of metricNames) {
      for (let at = line.indexOf(name); at !== -1; at = line.indexOf(name, at + name.length)) {
        if (at > 0 && nameCharacter.test(line[at - 1] ?? "")) continue;
        gap.lastIndex = at + name.length;
        const between = gap.exec(line);
        if (between === null) continue;
        number.lastIndex = at + name.length + between[0].length;
        const value = number.exec(line);
        if (value !== null) found(name, value[0], value.index);
      }
    }
  };
}
