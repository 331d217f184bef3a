import { status } from "@grpc/grpc-js";
import { QalamError } from "@qalam/api";

/** An answer to a call that cannot be done, with its gRPC code. */
export class CallError extends Error {
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}

const codes: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  409: status.ABORTED,
  422: status.INVALID_ARGUMENT,
  503: status.UNAVAILABLE,
};

/** The gRPC code of an error; INTERNAL for a fault of the server. */
export function statusCode(error: Error): status {
  if (error instanceof CallError) return error.code;
  return error instanceof QalamError ? (codes[error.status] ?? status.INTERNAL) : status.INTERNAL;
}
