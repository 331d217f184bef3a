/** More names are not read anyway. */
const MOST = 10;

/** Names for a message: the first ten. */
export function listed(names: readonly string[]): string {
  return `${names.slice(0, MOST).join(", ")}${names.length > MOST ? ", …" : ""}`;
}
