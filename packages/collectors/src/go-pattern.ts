import { RE2JS } from "re2js";

/** One match of a pattern, by groups; a group that took no part is undefined. */
export interface PatternMatch {
  readonly groups: readonly (string | undefined)[];
  /** Where the second group, the value, starts in the text. */
  readonly valueStart: number;
}

/** A user's regular expression in Go's syntax, on an engine whose time grows linearly with the text. */
export class GoPattern {
  readonly #pattern: RE2JS;

  /** @throws when the expression is not valid in Go */
  constructor(source: string) {
    this.#pattern = RE2JS.compile(source);
  }

  /** All matches as Go's FindAllStringSubmatch gives them: an empty match right after the previous one does not count. */
  *matches(text: string): Generator<PatternMatch> {
    const matcher = this.#pattern.matcher(text);
    let previousEnd = -1;
    while (matcher.find()) {
      const [start, end] = [matcher.start(), matcher.end()];
      if (start === end && start === previousEnd) continue;
      previousEnd = end;
      const count = matcher.groupCount();
      yield {
        groups: Array.from({ length: count + 1 }, (_, i) => matcher.group(i) ?? undefined),
        valueStart: count >= 2 ? matcher.start(2) : start,
      };
    }
  }
}
