/** The streams a command writes to, handed in so that tests can read them. */
export interface Terminal {
  readonly stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number };
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
}

/** Its usual size where it does not say, or says 0, as without a window. */
export function sizeOf({ stdout }: Pick<Terminal, "stdout">): { readonly columns: number; readonly rows: number } {
  return { columns: stdout.columns || 80, rows: stdout.rows || 24 };
}

/** Whether views can be redrawn in place: on a terminal that has a size. */
export function canRedraw({ stdout }: Pick<Terminal, "stdout">): boolean {
  return stdout.isTTY === true && stdout.rows !== 0 && stdout.columns !== 0;
}

/** Writes a line of result. */
export function print(terminal: Terminal, line: string): void {
  terminal.stdout.write(`${line}\n`);
}

/** Writes a line about the result: never mixed with what a script reads. */
export function say(terminal: Terminal, line: string): void {
  terminal.stderr.write(`${line}\n`);
}
