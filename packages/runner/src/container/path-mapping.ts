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
  const byLength = [...mappings].sort((a, b) => b.container.length - a.container.length);
  let result = "";
  let index = 0;
  while (index < text.length) {
    const mapping = startsPath(text, index)
      ? byLength.find(({ container }) => isAt(text, index, container))
      : undefined;
    if (mapping === undefined) result += text[index++];
    else {
      result += mapping.host;
      index += mapping.container.length;
    }
  }
  return result;
}

function startsPath(text: string, index: number): boolean {
  return text[index] === "/" && (index === 0 || before.test(text[index - 1] ?? ""));
}

function isAt(text: string, index: number, path: string): boolean {
  if (!text.startsWith(path, index)) return false;
  const next = text[index + path.length];
  return next === undefined || after.test(next);
}
