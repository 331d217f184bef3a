/** @packageDocumentation Stores that live and die with the process: for tests, dry runs and embedding. */
export { MemoryObservationStore } from "./memory-observation-store.ts";
export * from "./memory-store.ts";
