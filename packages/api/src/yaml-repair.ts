import { parseAllDocuments } from "yaml";

/** More lines than this are not mended: the file has another fault. */
const MAX_REPAIRS = 200;

/**
 * PyYAML folds long double-quoted texts so that their continuation lines stand at the indentation of the parent, which Go and Python read but `yaml`
 * refuses. Leading blanks of a continuation line are not content, so the line is indented and parsing tried again. @returns the text, with the same lines
 */
export function repairFoldedQuotes(text: string): string {
  if (!/"[^"\n]*\n/.test(text)) return text;
  let repaired = text;
  for (let i = 0; i < MAX_REPAIRS; i++) {
    const fault = parseAllDocuments(repaired, { prettyErrors: false })
      .flatMap((document) => ("errors" in document ? document.errors : []))
      .find(({ code, message }) => (code === "MISSING_CHAR" || code === "BAD_INDENT") && /quote|indent/i.test(message));
    if (fault === undefined) return repaired;
    const lineStart = repaired.indexOf("\n", fault.pos[0]) + 1;
    if (lineStart === 0 || lineStart >= repaired.length) return text;
    repaired = `${repaired.slice(0, lineStart)}        ${repaired.slice(lineStart)}`;
  }
  return text;
}
