import { CommandError } from "./command-error.ts";

/** @throws CommandError that names the flag */
export function portNumber(flag: string, text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new CommandError(`${flag} ${text}: write a number up to 65535`);
  return Number(text);
}
