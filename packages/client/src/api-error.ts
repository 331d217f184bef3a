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

  /** Reads a Status object; for a body that is none the HTTP status has to do. @param retryAfter the header of that name */
  static from(body: unknown, httpStatus = 0, retryAfter: string | null = null): ApiError {
    const { code, reason, message, details } = (typeof body === "object" && body !== null ? body : {}) as {
      code?: number;
      reason?: string;
      message?: string;
      details?: ErrorDetails | null;
    };
    const status = code ?? httpStatus;
    const retryAfterSeconds = secondsOf(retryAfter) ?? details?.retryAfterSeconds;
    return new ApiError(status, reason || "Unknown", message ?? `the server answered ${status} without saying why`, {
      ...details,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    });
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

  /** How long the server asks to wait before the same request is made again: it did nothing yet. Undefined when it does not ask. */
  get retryAfterSeconds(): number | undefined {
    return this.isTransient ? this.details.retryAfterSeconds : undefined;
  }

  /** The same request may work later: the server is overloaded, starting, stopping or had a fault. */
  get isTransient(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}

/** Retry-After is a number of seconds or a date (RFC 9110, section 10.2.3). */
function secondsOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter);
  const milliseconds = Date.parse(retryAfter) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds / 1000);
}
