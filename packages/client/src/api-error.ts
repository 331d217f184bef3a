import { QalamError } from "@qalam/api";

/** A failed request, as the server's Status object tells it. */
export class ApiError extends QalamError {
  readonly code = "API";
  readonly status: number;
  constructor(
    readonly httpStatus: number,
    readonly reason: string,
    message: string,
    readonly details: object | undefined,
  ) {
    super(message);
    this.status = httpStatus;
  }

  static from(body: unknown): ApiError {
    const {
      code = 0,
      reason = "Unknown",
      message = "no message",
      details,
    } = (body ?? {}) as { code?: number; reason?: string; message?: string; details?: object };
    return new ApiError(code, reason, message, details);
  }
}
