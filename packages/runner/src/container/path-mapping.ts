/** A container path and the host path that stands for it. */
export interface PathMapping {
  readonly container: string;
  readonly host: string;
}

/** What may stand before a path in a text, and what ends it: only whole path components are replaced. */
const before = /[\s"'=:,;(<>[\]{}|&`]/;
const after = /[\s"'=:,;)<>[\]{}|&`/]/;

/**
 * Replaces container paths by host paths in an argument, an environment value or a folder: there is no container whose root would hide the machine's. The
 * longest mapping wins; `/app` is found in `/app/train.py`, `--data=/app` and `a:/app`, not in `/application` or `/my/app`.
 */
export function mapPaths(text: string, mappings: readonly PathMapping[]): string {
  if (mappings.length === 0) return text;
  const byLength = [...mappings].sort((a, b) => b.container.length - a.container.length);
  let result = "";
  let index = 0;
  for (let slash = text.indexOf("/"); slash !== -1; slash = text.indexOf("/", Math.max(index, slash + 1))) {
    const isStart = slash === 0 || before.test(text[slash - 1] ?? "");
    const mapping = isStart ? byLength.find(({ container }) => isAt(text, slash, container)) : undefined;
    if (mapping === undefined) continue;
    result += text.slice(index, slash) + mapping.host;
    index = slash + mapping.container.length;
  }
  return result + text.slice(index);
}

function isAt(text: string, index: number, path: string): boolean {
  if (!text.startsWith(path, index)) return false;
  const next = text[index + path.length];
  return next === undefined || after.test(next);
}
