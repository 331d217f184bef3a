import { isLabelValue, isQualifiedName } from "./qualified-name.ts";
import { selectorError, type Token, tokenize } from "./selector-syntax.ts";

export type Labels = Readonly<Record<string, string>>;
type Requirement = (value: string | undefined) => boolean;

/**
 * Reads a label selector in Kubernetes' syntax: requirements joined by commas, each `key`, `!key`, `key=v`, `key==v`, `key!=v`, `key in (v,w)`,
 * `key notin (v,w)`, `key>n`, `key<n`. `!=` and `notin` hold when the label is missing.
 * @throws InvalidRequestError that says where the text stops making sense
 */
export function parseLabelSelector(text: string): (labels: Labels | undefined) => boolean {
  const requirements = new LabelSelectorParser(text).parse();
  return (labels) => {
    for (const [key, holds] of requirements) {
      if (!holds(labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined)) return false;
    }
    return true;
  };
}

class LabelSelectorParser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  parse(): [string, Requirement][] {
    const requirements: [string, Requirement][] = [];
    if (this.#peek().type === "end") return requirements;
    for (;;) {
      requirements.push(this.#requirement());
      const next = this.#take();
      if (next.type === "end") return requirements;
      if (next.text !== ",") this.#fail(next, '"," or the end');
    }
  }

  #requirement(): [string, Requirement] {
    if (this.#peek().text === "!") {
      this.#take();
      return [this.#key(), (value) => value === undefined];
    }
    const key = this.#key();
    const next = this.#peek();
    if (next.type === "end" || next.text === ",") return [key, (value) => value !== undefined];
    this.#take();
    return [key, this.#comparison(next)];
  }

  #comparison(operator: Token): Requirement {
    switch (operator.text) {
      case "=":
      case "==": {
        const wanted = this.#value();
        return (value) => value === wanted;
      }
      case "!=": {
        const unwanted = this.#value();
        return (value) => value !== unwanted;
      }
      case "in": {
        const wanted = this.#values();
        return (value) => value !== undefined && wanted.has(value);
      }
      case "notin": {
        const unwanted = this.#values();
        return (value) => value === undefined || !unwanted.has(value);
      }
      case ">":
      case "<":
        return this.#order(operator.text);
      default:
        return this.#fail(operator, "one of =, ==, !=, in, notin, >, <, a comma or the end");
    }
  }

  /** Labels that are no integers satisfy neither. */
  #order(operator: ">" | "<"): Requirement {
    const bound = this.#take();
    if (!/^[+-]?\d+$/.test(bound.text)) this.#fail(bound, "an integer");
    const limit = BigInt(bound.text.replace("+", ""));
    return (value) => {
      if (value === undefined || !/^-?\d+$/.test(value)) return false;
      return operator === ">" ? BigInt(value) > limit : BigInt(value) < limit;
    };
  }

  #key(): string {
    const token = this.#take();
    if (token.type !== "word" || !isQualifiedName(token.text)) this.#fail(token, "a label key ([prefix/]name)");
    return token.text;
  }

  /** Possibly empty: `a=` is `a` with the empty value. */
  #value(): string {
    const next = this.#peek();
    if (next.type === "end" || next.text === ",") return "";
    return this.#word();
  }

  #values(): Set<string> {
    const open = this.#take();
    if (open.text !== "(") this.#fail(open, '"("');
    const values = new Set<string>();
    for (;;) {
      const next = this.#peek();
      values.add(next.text === "," || next.text === ")" ? "" : this.#word());
      const separator = this.#take();
      if (separator.text === ")") return values;
      if (separator.text !== ",") this.#fail(separator, '"," or ")"');
    }
  }

  #word(): string {
    const token = this.#take();
    if (token.type !== "word" || !isLabelValue(token.text)) {
      this.#fail(
        token,
        "a label value (at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit)",
      );
    }
    return token.text;
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#position, this.#tokens.length - 1)]!;
  }

  #take(): Token {
    const token = this.#peek();
    this.#position++;
    return token;
  }

  #fail(token: Token, expected: string): never {
    throw selectorError("label", this.#text, token.at, token.text, expected);
  }
}
