/** A text on one line and without control characters, which would break tables and lines or tell the terminal what to do. */
export function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ").replace(/\p{Cc}/gu, " ");
}
