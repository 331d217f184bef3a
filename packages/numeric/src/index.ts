/** @packageDocumentation Random streams, distributions and sequences on plain numbers and typed arrays. No dependencies, no I/O. */
export * from "./error-function.ts";
export * from "./normal-distribution.ts";
export * from "./random-stream.ts";
export * from "./signed-rank.ts";
export * from "./sobol-sequence.ts";
export * from "./student-distribution.ts";
export * from "./symmetric-eigen.ts";
export * from "./truncated-normal.ts";
