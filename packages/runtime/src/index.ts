/** @packageDocumentation What every controller is built from: a work queue, a cache that follows the store, events, a clock. */
export * from "./clock.ts";
export * from "./event-recorder.ts";
export * from "./expected-errors.ts";
export * from "./informer.ts";
export * from "./short-hash.ts";
export * from "./work-queue.ts";
