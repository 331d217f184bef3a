import { AlreadyExistsError, ConflictError, NotFoundError } from "@qalam/store";

/** Somebody else made it: with deterministic names that is what was wanted. */
export async function ignoreAlreadyExists<T>(write: Promise<T>): Promise<T | undefined> {
  return ignore(write, AlreadyExistsError);
}

/** It is gone already. */
export async function ignoreNotFound<T>(write: Promise<T>): Promise<T | undefined> {
  return ignore(write, NotFoundError);
}

/** The object changed or went away since it was read: the watch calls again with the newer one. */
export async function ignoreOutdated<T>(write: Promise<T>): Promise<T | undefined> {
  return ignore(write, ConflictError, NotFoundError);
}

async function ignore<T>(write: Promise<T>, ...expected: (new (...args: never[]) => Error)[]): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (expected.some((one) => error instanceof one)) return undefined;
    throw error;
  }
}
