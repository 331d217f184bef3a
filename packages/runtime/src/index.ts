/** @packageDocumentation What every controller is built from: a work queue, a cache that follows the store, a writer of statuses, events, a clock. */
export * from "./clock.ts";
export * from "./commit-status.ts";
export * from "./event-recorder.ts";
export * from "./expected-errors.ts";
export * from "./informer.ts";
export * from "./short-hash.ts";
export * from "./work-queue.ts";
