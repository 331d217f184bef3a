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
  constructor(
    readonly resource: string,
    readonly objectName: string,
    problem: string,
  ) {
    super(`${resource} "${objectName}" is forbidden: ${problem}`);
  }
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

/** What kept the machine from storing or reading. */
export type StorageProblem = "full" | "read-only" | "damaged" | "unreadable" | "other";

const advice: Readonly<Record<StorageProblem, string>> = {
  full: "the disk is full: the change was not stored, everything stored before is intact; make room and try again",
  "read-only":
    "the data directory cannot be written: check its permissions, or set QALAM_HOME to a folder that can be written",
  damaged:
    "the database is damaged: move qalam.db and the files beside it away or restore a copy, or set QALAM_HOME to another folder",
  unreadable: "the data directory cannot be opened: check its permissions, or set QALAM_HOME to another folder",
  other: "the database reports an error; what was stored before is intact",
};

/** SQLite's result codes: the extended ones that say more, then the primary ones. */
const problems: Readonly<Record<number, StorageProblem>> = {
  4874: "full", // SQLITE_IOERR_SHMSIZE: no room for the index of the write-ahead log
  8: "read-only",
  11: "damaged",
  13: "full",
  14: "unreadable",
  26: "damaged",
};
const systemProblems: Readonly<Record<string, StorageProblem>> = {
  ENOSPC: "full",
  EDQUOT: "full",
  EROFS: "read-only",
  EACCES: "read-only",
  EPERM: "read-only",
  ENOTDIR: "unreadable",
  ENOENT: "unreadable",
  EEXIST: "unreadable",
};

/** For errors that come without a code, as those of iterators do. */
function problemIn(message: string): StorageProblem | undefined {
  if (/disk is full/.test(message)) return "full";
  if (/readonly database/.test(message)) return "read-only";
  return /malformed|not a database/.test(message) ? "damaged" : undefined;
}

/** The machine did not take a write or give back what was written. Of the writes it concerns nothing was stored. */
export class StorageError extends StoreError {
  readonly code = "STORAGE";
  readonly status = 500;
  readonly reason = "InternalError";

  constructor(
    readonly problem: StorageProblem,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`${advice[problem]} (${detail})`, options);
  }

  /** Puts an error of SQLite or the system into words; errors of ours stay as they are. */
  static from(error: unknown, path?: string): Error {
    if (error instanceof QalamError) return error;
    const { message = String(error), errcode, code } = error as Error & { errcode?: number; code?: string };
    const coded = errcode === undefined ? systemProblems[code ?? ""] : (problems[errcode] ?? problems[errcode & 0xff]);
    const problem = error instanceof SyntaxError ? "damaged" : coded; // a stored object that is no JSON
    return new StorageError(
      problem ?? problemIn(message) ?? "other",
      path === undefined ? message : `${path}: ${message}`,
      { cause: error },
    );
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
    super(
      `${directory} is in use by ${who}: use that server, stop it${holder === undefined ? "" : ` (kill ${holder.pid})`}, or set QALAM_HOME to another folder`,
    );
  }
}

/** Who holds a data directory, as written beside its lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, RFC 3339: tells it from a later one with the same pid. */
  readonly started: string;
  /** When it took the directory, RFC 3339. */
  readonly since: string;
  /** Address of its API server, once it listens. */
  readonly address?: string;
  /** The server ends with the command that hosts it. */
  readonly passing?: boolean;
}
