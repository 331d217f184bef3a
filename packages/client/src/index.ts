/** @packageDocumentation A typed client of the API, for browsers and Node. */
export { ApiError, type ErrorCause } from "./api-error.ts";
export { type Backoff, exponentialBackoff, type Retry } from "./backoff.ts";
export { Client, type ClientOptions } from "./client.ts";
export { ConnectionError } from "./connection-error.ts";
export type { LogQuery } from "./pod-logs.ts";
export type { ObjectChange } from "./relist-changes.ts";
export type { ListQuery, ResourceList, Scope } from "./resource-list.ts";
export type { WatchEvent, WatchQuery } from "./resuming-watch.ts";
export type { ObservationQuery, ObservationRow, Observations, ReportOptions } from "./trial-observations.ts";
export type {
  ApplyOptions,
  DeleteOptions,
  JsonPatchOperation,
  MergePatch,
  NewObject,
  Part,
  Patch,
  WriteOptions,
} from "./write-requests.ts";
