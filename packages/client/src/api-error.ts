import { QalamError } from "@qalam/api";

/** One reason of a refusal: which field, and what is wrong with it. */
export interface ErrorCause {
  /** Kubernetes' word, for example `FieldValueInvalid`. */
  readonly reason?: string;
  readonly message?: string;
  /** Path as Kubernetes writes it: `spec.parameters[0].feasibleSpace.max`. */
  readonly field?: string;
}

/** What `Status.details` may say. */
interface ErrorDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly ErrorCause[];
  readonly retryAfterSeconds?: number;
}

/** A request that the server refused, as its Kubernetes Status object tells it. */
export class ApiError extends QalamError {
  readonly code = "API";

  /**
   * @param status the HTTP status
   * @param reason Kubernetes' word for it: `NotFound`, `Conflict`, `AlreadyExists`, `Expired`, `Invalid` …; `Unknown` when the server gave none
   */
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
  }

  /** Reads a Status object; for a body that is none the HTTP status has to do. */
  static from(body: unknown, httpStatus = 0): ApiError {
    const { code, reason, message, details } = (typeof body === "object" && body !== null ? body : {}) as {
      code?: number;
      reason?: string;
      message?: string;
      details?: ErrorDetails | null;
    };
    const status = code ?? httpStatus;
    return new ApiError(
      status,
      reason || "Unknown",
      message ?? `the server answered ${status} without saying why`,
      details ?? {},
    );
  }

  /** Every field that was refused; empty when the refusal is not about fields. */
  get causes(): readonly ErrorCause[] {
    return this.details.causes ?? [];
  }

  /** No such object, or no such kind. */
  get isNotFound(): boolean {
    return this.status === 404;
  }

  /** Somebody else changed the object, or owns fields that an apply sets: read it again, or force. */
  get isConflict(): boolean {
    return this.reason === "Conflict";
  }

  get isAlreadyExists(): boolean {
    return this.reason === "AlreadyExists";
  }

  /** The resourceVersion or continue token is older than what the server remembers: list again. */
  get isGone(): boolean {
    return this.status === 410;
  }

  /** The object does not fit its schema or was refused by a check; `causes` has the fields. */
  get isInvalid(): boolean {
    return this.status === 422 || (this.status === 400 && this.causes.length > 0);
  }

  /** The same request may work later: the server is overloaded, starting, stopping or had a fault. */
  get isTransient(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}
