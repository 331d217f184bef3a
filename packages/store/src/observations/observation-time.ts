import { InvalidRequestError } from "../errors.ts";

/** A moment with nanosecond precision that fits two exact numbers and keeps how it was written. */
export interface ObservationTime {
  /** Seconds since 1970. */
  readonly second: number;
  /** Nanoseconds within the second times ten, plus how many digits of them were written. */
  readonly fraction: number;
}

const pattern = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** Reads RFC 3339. @throws InvalidRequestError that names the place `where` the text stands */
export function parseTime(text: string, where: string): ObservationTime {
  const match = pattern.exec(text);
  const time = match === null ? undefined : fromFields(match);
  if (time !== undefined) return time;
  throw new InvalidRequestError(
    `${where}: ${JSON.stringify(text)} is no time, expected RFC 3339 with at most nanoseconds, e.g. 2026-01-31T23:59:59.123456789Z`,
  );
}

function fromFields(match: RegExpExecArray): ObservationTime | undefined {
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((index) => Number(match[index])) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const digits = match[7] ?? "";
  const offset = (match[8] === "-" ? -60 : 60) * (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0));
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
  if (new Date(midnight).getUTCDate() !== day || month < 1 || month > 12) return undefined;
  return {
    second: midnight / 1000 + hour * 3600 + minute * 60 + second - offset,
    fraction: Number(digits.padEnd(9, "0")) * 10 + digits.length,
  };
}

/** In UTC, with as many digits as were written. */
export function formatTime({ second, fraction }: ObservationTime): string {
  const whole = new Date(second * 1000).toISOString().slice(0, 19);
  const digits = fraction % 10;
  if (digits === 0) return `${whole}Z`;
  const nanoseconds = String(Math.floor(fraction / 10)).padStart(9, "0");
  return `${whole}.${nanoseconds.slice(0, digits)}Z`;
}

/** Negative, zero or positive as `a` is before, at or after `b`. */
export function compareTimes(a: ObservationTime, b: ObservationTime): number {
  return a.second - b.second || Math.floor(a.fraction / 10) - Math.floor(b.fraction / 10);
}
