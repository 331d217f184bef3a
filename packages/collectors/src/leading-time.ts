const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** The time a line begins with: the text before its first space, when that is RFC 3339 (Katib behaviour 5.5). */
export function leadingTime(line: string): string | undefined {
  if (line.charCodeAt(0) < 48 || line.charCodeAt(0) > 57) return undefined;
  const end = line.indexOf(" ");
  const word = end === -1 ? line : line.slice(0, end);
  return rfc3339.test(word) ? word : undefined;
}
