/** An object or list that the reading is in. */
interface Level {
  readonly path: string;
  /** Of an object; undefined for a list. */
  readonly keys: Set<string> | undefined;
  /** Where the next value stands: a key, or an index. */
  place: string;
  isKeyNext: boolean;
}

/**
 * Keys that stand more than once in one object, where JSON.parse takes the last silently.
 * @param text valid JSON
 * @returns their paths, such as `data.a` and `spec.containers[0].name`
 */
export function repeatedKeys(text: string): string[] {
  const repeated: string[] = [];
  const levels: Level[] = [];
  for (let at = 0; at < text.length; at++) {
    const level = levels.at(-1);
    switch (text[at]) {
      case '"': {
        const end = endOfText(text, at);
        if (level?.isKeyNext === true && level.keys !== undefined) {
          const key = JSON.parse(text.slice(at, end + 1)) as string;
          level.place = level.path === "" ? key : `${level.path}.${key}`;
          if (level.keys.has(key)) repeated.push(level.place);
          level.keys.add(key);
        }
        at = end;
        break;
      }
      case "{":
        levels.push({ path: level?.place ?? "", keys: new Set(), place: "", isKeyNext: true });
        break;
      case "[":
        levels.push({ path: level?.place ?? "", keys: undefined, place: `${level?.place ?? ""}[0]`, isKeyNext: false });
        break;
      case ":":
        if (level !== undefined) level.isKeyNext = false;
        break;
      case ",":
        if (level?.keys === undefined) advance(level);
        else level.isKeyNext = true;
        break;
      case "}":
      case "]":
        levels.pop();
    }
  }
  return repeated;
}

/** To the next item of a list. */
function advance(list: Level | undefined): void {
  if (list === undefined) return;
  const index = Number(list.place.slice(list.path.length + 1, -1));
  list.place = `${list.path}[${index + 1}]`;
}

/** Where the closing quote is. */
function endOfText(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
