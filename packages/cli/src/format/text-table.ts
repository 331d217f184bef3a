import { oneLine } from "./one-line.ts";
import { stringWidth } from "./string-width.ts";

/** Aligns cells in columns with three blanks between them, headings in capitals, as kubectl does. Each row is one line. */
export function textTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings.map((heading) => heading.toUpperCase()), ...rows].map((line) => line.map(oneLine));
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => stringWidth(line[column] ?? ""))));
  const pad = (cell: string, column: number, last: boolean) =>
    last ? cell : cell + " ".repeat((widths[column] ?? 0) - stringWidth(cell) + 3);
  return lines
    .map((line) => line.map((cell, column) => pad(cell, column, column === line.length - 1)).join(""))
    .join("\n");
}
