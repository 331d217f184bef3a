/** A wildcard text as an expression: `*` any run, `?` one character, `\` takes the next literally. Runs of `*` are joined, so it never backtracks badly. */
export function wildcardPattern(text: string): RegExp {
  let source = "";
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? "";
    if (character === "*") source = source.endsWith("[^]*") ? source : `${source}[^]*`;
    else if (character === "?") source += "[^]";
    else source += (character === "\\" ? (text[++index] ?? "\\") : character).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  }
  return new RegExp(`^${source}$`);
}
