import { InvalidRequestError } from "../errors.ts";

/** One word, operator or bracket of a selector, and where it begins. */
export interface Token {
  readonly text: string;
  /** From 0. */
  readonly at: number;
  readonly type: "word" | "operator" | "end";
}

const token = /\s*(?:(==|!=|=|!|>|<|\(|\)|,)|([^\s=!<>(),]+))/y;

/** Splits a label selector. Never fails: what cannot begin a token is a word. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const found = match[1] ?? match[2] ?? "";
    tokens.push({
      text: found,
      at: token.lastIndex - found.length,
      type: match[1] === undefined ? "word" : "operator",
    });
  }
  tokens.push({ text: "", at: text.length, type: "end" });
  return tokens;
}

/** A selector that cannot be read: says where, what was found and what was expected. */
export function selectorError(
  what: "label" | "field",
  selector: string,
  at: number,
  found: string,
  expected: string,
): InvalidRequestError {
  const thing = found === "" ? "the end" : JSON.stringify(found);
  return new InvalidRequestError(
    `unable to parse ${what} selector ${JSON.stringify(selector)}: found ${thing} at position ${at + 1}, expected ${expected}`,
  );
}
