const pairs: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Index of the bracket that closes the one at `open`, quotes and escapes respected; the text's last index when it is never closed. */
export function closingIndex(text: string, open: number): number {
  const stack: string[] = [];
  for (let index = open; index < text.length; index++) {
    const character = text[index] ?? "";
    if (character === "\\") index += 1;
    else if (character === '"') index = closingQuote(text, index);
    else if (pairs[character] !== undefined) stack.push(pairs[character]);
    else if (character === stack.at(-1)) {
      stack.pop();
      if (stack.length === 0) return index;
    }
  }
  return text.length - 1;
}

/** Splits at a separator outside of brackets and quotes. */
export function splitTop(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? "";
    if (character === "\\") index += 1;
    else if (character === '"') index = closingQuote(text, index);
    else if (pairs[character] !== undefined) index = closingIndex(text, index);
    else if (character === separator) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** True when every bracket and quote is closed in order. */
export function isBalanced(text: string): boolean {
  const stack: string[] = [];
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? "";
    if (character === "\\") index += 1;
    else if (character === '"') {
      index = text.indexOf('"', index + 1);
      if (index === -1) return false;
    } else if (pairs[character] !== undefined) stack.push(pairs[character]);
    else if (Object.values(pairs).includes(character) && stack.pop() !== character) return false;
  }
  return stack.length === 0;
}

function closingQuote(text: string, open: number): number {
  for (let index = open + 1; index < text.length; index++) {
    if (text[index] === "\\") index += 1;
    else if (text[index] === '"') return index;
  }
  return text.length - 1;
}
