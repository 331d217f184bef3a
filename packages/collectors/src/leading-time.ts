const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;
/** Seconds since 1970 of the years that RFC 3339 can write, with a day left for time zones. */
const FIRST_SECOND = -62_135_510_400;
const LAST_SECOND = 253_402_214_400;

/** The time a line begins with: the text before its first space, when that is RFC 3339 (Katib behaviour 5.5). */
export function leadingTime(line: string): string | undefined {
  if (line.charCodeAt(0) < 48 || line.charCodeAt(0) > 57) return undefined;
  const end = line.indexOf(" ");
  const word = end === -1 ? line : line.slice(0, end);
  return rfc3339.test(word) && isDay(word) ? word : undefined;
}

/** Seconds since 1970 with any fraction, to the microsecond. Undefined when that is no time. */
export function secondsTime(seconds: number): string | undefined {
  if (!(seconds > FIRST_SECOND && seconds < LAST_SECOND)) return undefined;
  const microseconds = Math.round((seconds - Math.floor(seconds)) * 1e6);
  const whole = Math.floor(seconds) + (microseconds === 1e6 ? 1 : 0);
  const fraction = String(microseconds % 1e6).padStart(6, "0");
  return `${new Date(whole * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** Refuses the 30th of February and hour 24. */
function isDay(word: string): boolean {
  const time = Date.parse(`${word.slice(0, 10)}T00:00:00Z`);
  return (
    !Number.isNaN(time) && new Date(time).getUTCDate() === Number(word.slice(8, 10)) && Number(word.slice(11, 13)) < 24
  );
}
