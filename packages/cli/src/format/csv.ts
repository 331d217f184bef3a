/** CSV by RFC 4180: fields with a comma, a quote or a line end are quoted. */
export function csvText(columns: readonly string[], records: readonly Readonly<Record<string, string>>[]): string {
  return [columns, ...records.map((record) => columns.map((column) => record[column] ?? ""))].map(csvLine).join("\n");
}

/** One line of it. */
export function csvLine(cells: readonly string[]): string {
  return cells.map(field).join(",");
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
