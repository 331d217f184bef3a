/** The streams a command writes to, handed in so that tests can read them. */
export interface Terminal {
  readonly stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number };
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
}

/** Writes a line of result. */
export function print(terminal: Terminal, line: string): void {
  terminal.stdout.write(`${line}\n`);
}

/** Writes a line about the result: never mixed with what a script reads. */
export function say(terminal: Terminal, line: string): void {
  terminal.stderr.write(`${line}\n`);
}
