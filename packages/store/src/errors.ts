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

/** The request is understood and refused: e.g. new content for a namespace that is being deleted. */
export class ForbiddenError extends StoreError {
  readonly code = "FORBIDDEN";
  readonly status = 403;
  readonly reason = "Forbidden";
}

/** The store was closed before or while the request waited. */
export class ClosedError extends StoreError {
  readonly code = "STORE_CLOSED";
  readonly status = 503;
  readonly reason = "ServiceUnavailable";
  constructor() {
    super("the store is closed");
  }
}

/** The machine did not take a write: full disk, read-only folder, damaged file. Nothing of the batch was stored. */
export class StorageError extends StoreError {
  readonly code = "STORAGE";
  readonly status = 500;
  readonly reason = "InternalError";

  /** Says in words what SQLite and the system report. */
  static from(error: unknown): StorageError {
    if (error instanceof StorageError) return error;
    const text = error instanceof Error ? error.message : String(error);
    if (/full/i.test(text))
      return new StorageError(
        "the disk is full: the change was not stored, everything stored before is intact; make room and try again",
      );
    if (/readonly|read-only|EROFS|EACCES/i.test(text))
      return new StorageError(
        `the data directory cannot be written: ${text}; check its permissions or set QALAM_HOME to another folder`,
      );
    if (/malformed|not a database|corrupt/i.test(text))
      return new StorageError(`the database file is damaged: ${text}; move it away or restore a copy`);
    return new StorageError(`storing failed: ${text}`);
  }
}

/** The database was written by a newer Qalam. */
export class NewerDatabaseError extends StoreError {
  readonly code = "NEWER_DATABASE";
  readonly status = 500;
  readonly reason = "InternalError";
  constructor(path: string, found: number, known: number) {
    super(
      `${path} has schema version ${found}; this Qalam knows up to ${known}. Update Qalam, or set QALAM_HOME to another folder`,
    );
  }
}

/** Another process holds the data directory. */
export class LockedError extends StoreError {
  readonly code = "LOCKED";
  readonly status = 423;
  readonly reason = "Conflict";
  constructor(
    readonly directory: string,
    readonly holder: LockHolder | undefined,
  ) {
    const who =
      holder === undefined
        ? "another process"
        : `process ${holder.pid} on ${holder.host} since ${holder.since}${holder.address === undefined ? "" : `, serving ${holder.address}`}`;
    super(`${directory} is in use by ${who}. Use that server, stop it, or set QALAM_HOME to another folder`);
  }
}

/** Who holds a data directory, as written beside its lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** RFC 3339. */
  readonly since: string;
  /** Address of its API server, once it listens. */
  readonly address?: string;
}
