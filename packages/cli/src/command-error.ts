import { QalamError } from "@qalam/api";

/** Exit statuses of every command. */
export const EXIT = { ok: 0, failed: 1, badInput: 2, interrupted: 130 } as const;

/** A command that cannot do what was asked; the message is shown as it is, without a stack. */
export class CommandError extends QalamError {
  readonly code = "COMMAND";
  readonly status = 400;
  constructor(
    message: string,
    readonly exitStatus: number = EXIT.badInput,
  ) {
    super(message);
  }
}
