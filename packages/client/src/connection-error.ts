import { QalamError } from "@qalam/api";

/** The server was not reached, or the connection broke before the answer was complete. `cause` is the platform's own error. */
export class ConnectionError extends QalamError {
  readonly code = "CONNECTION";
  readonly status = 503;

  constructor(address: string, cause: unknown) {
    super(`the connection to ${address} failed: ${reasonOf(cause)}`, { cause });
  }
}

/** Node says "fetch failed" and why in the cause; for a name with several addresses once per address. */
function reasonOf(error: unknown): string {
  const { cause, errors, message, code } = error as {
    cause?: unknown;
    errors?: unknown[];
    message?: string;
    code?: string;
  };
  if (cause !== undefined && cause !== null) return reasonOf(cause);
  if (errors?.[0] !== undefined) return reasonOf(errors[0]);
  return message || code || String(error);
}
