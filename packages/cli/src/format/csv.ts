/** CSV by RFC 4180: fields with a comma, a quote or a line end are quoted. */
export function csvText(columns: readonly string[], records: readonly Readonly<Record<string, string>>[]): string {
  return [columns, ...records.map((record) => columns.map((column) => record[column] ?? ""))]
    .map((cells) => cells.map(field).join(","))
    .join("\n");
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
