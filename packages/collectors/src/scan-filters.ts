import { GoPattern } from "./go-pattern.ts";
import type { LineScanner } from "./scan-assignments.ts";

/** Katib's default filter, which its examples write out (Katib behaviour 5.5). */
const KATIB_FILTER = "([\\w|-]+)\\s*=\\s*([+-]?\\d*(\\.\\d+)?([Ee][+-]?\\d+)?)";
/** The same for the platform's engine: Go's white space is these five. It is fast, but its time may grow with the square of the line. */
const platformFilter = /([\w|-]+)[\t\n\f\r ]*=[\t\n\f\r ]*([+-]?\d*(?:\.\d+)?(?:[Ee][+-]?\d+)?)/g;
const LONGEST_FOR_PLATFORM = 512;

/** Whether all that filters find is `name=value`, blanks aside; the default filter's too. */
export function needEquals(filters: readonly string[]): boolean {
  return filters.every((filter) => filter === KATIB_FILTER);
}

/** Finds what a user's filters match: group 1 is the name, group 2 the value. */
export function scanFilters(filters: readonly string[]): LineScanner {
  const scanners = filters.map(scanFilter);
  return (line, found) => {
    for (const scan of scanners) scan(line, found);
  };
}

function scanFilter(filter: string): LineScanner {
  const pattern = new GoPattern(filter);
  const scan: LineScanner = (line, found) => {
    for (const { groups, valueStart } of pattern.matches(line)) {
      const [, name, value] = groups;
      if (name !== undefined && value !== undefined) found(name.trim(), value.trim(), valueStart);
    }
  };
  if (filter !== KATIB_FILTER) return scan;
  return (line, found) => {
    if (line.length > LONGEST_FOR_PLATFORM) return scan(line, found);
    platformFilter.lastIndex = 0;
    for (let match = platformFilter.exec(line); match !== null; match = platformFilter.exec(line)) {
      const [whole, name = "", value = ""] = match;
      found(name, value, match.index + whole.length - value.length);
    }
  };
}
