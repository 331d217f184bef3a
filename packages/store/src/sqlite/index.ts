/** @packageDocumentation Durable stores: one SQLite file per data directory. */
export { type DataDirectory, type DataDirectoryOptions, openDataDirectory } from "./data-directory.ts";
export { readLockHolder } from "./directory-lock.ts";
export { lockFile } from "./file-lock.ts";
