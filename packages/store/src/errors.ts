import { QalamError } from "@qalam/api";

/** Base of the errors a store throws on purpose; `status` and `reason` are what Kubernetes answers. */
export abstract class StoreError extends QalamError {
  abstract readonly reason: string;
}

export class NotFoundError extends StoreError {
  readonly code = "NOT_FOUND";
  readonly status = 404;
  readonly reason = "NotFound";
  constructor(
    readonly resource: string,
    readonly objectName: string,
  ) {
    super(`${resource} "${objectName}" not found`);
  }
}

export class AlreadyExistsError extends StoreError {
  readonly code = "ALREADY_EXISTS";
  readonly status = 409;
  readonly reason = "AlreadyExists";
  constructor(
    readonly resource: string,
    readonly objectName: string,
  ) {
    super(`${resource} "${objectName}" already exists`);
  }
}

export class ConflictError extends StoreError {
  readonly code = "CONFLICT";
  readonly status = 409;
  readonly reason = "Conflict";
  constructor(
    readonly resource: string,
    readonly objectName: string,
    problem = "the object has been modified; please apply your changes to the latest version and try again",
  ) {
    super(`Operation cannot be fulfilled on ${resource} "${objectName}": ${problem}`);
  }
}

/** A resourceVersion or continue token is older than what the store remembers: list again. */
export class ExpiredError extends StoreError {
  readonly code = "EXPIRED";
  readonly status = 410;
  readonly reason = "Expired";
}

export class InvalidRequestError extends StoreError {
  readonly code = "INVALID_REQUEST";
  readonly status = 400;
  readonly reason = "BadRequest";
}
