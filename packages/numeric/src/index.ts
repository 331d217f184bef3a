/** @packageDocumentation Random streams, distributions, sequences, linear algebra and optimisers on plain numbers and typed arrays. No dependencies, no I/O. */
export * from "./box-minimizer.ts";
export * from "./cholesky-factor.ts";
export * from "./error-function.ts";
export * from "./log-expected-improvement.ts";
export * from "./normal-distribution.ts";
export * from "./random-stream.ts";
export * from "./signed-rank.ts";
export * from "./sobol-sequence.ts";
export * from "./student-distribution.ts";
export * from "./symmetric-eigen.ts";
export * from "./truncated-normal.ts";
