import { once } from "node:events";
import type { ObservationRow } from "@qalam/store";
import type { Terminal } from "../terminal.ts";
import { csvLine } from "./csv.ts";

export type RowFormat = "csv" | "json";

/** Writes rows as they come and no faster than they are read, so that a file of any length takes no memory. */
export class RowWriter {
  readonly #stdout: Terminal["stdout"];
  readonly #format: RowFormat;
  #isFirst = true;

  /** @param columns of CSV: fields of the rows */
  constructor(
    { stdout }: Terminal,
    format: RowFormat,
    readonly columns: readonly string[],
  ) {
    this.#stdout = stdout;
    this.#format = format;
    if (format === "csv") stdout.write(`${csvLine(columns)}\n`);
  }

  /** @param extra fields of every row, before its own */
  async add(rows: readonly ObservationRow[], extra: Readonly<Record<string, string>> = {}): Promise<void> {
    if (rows.length === 0) return;
    const all = rows.map((row): Readonly<Record<string, unknown>> => ({ ...extra, ...row }));
    const text = this.#format === "csv" ? this.#lines(all) : this.#members(all);
    if (!this.#stdout.write(text)) await once(this.#stdout, "drain");
  }

  end(): void {
    if (this.#format === "json") this.#stdout.write(this.#isFirst ? "[]\n" : "\n]\n");
  }

  #lines(rows: readonly Readonly<Record<string, unknown>>[]): string {
    return rows.map((row) => `${csvLine(this.columns.map((column) => String(row[column] ?? "")))}\n`).join("");
  }

  /** Members of one array, indented. */
  #members(rows: readonly Readonly<Record<string, unknown>>[]): string {
    const members = JSON.stringify(rows, null, 2).slice(1, -2);
    const before = this.#isFirst ? "[" : ",";
    this.#isFirst = false;
    return before + members;
  }
}
