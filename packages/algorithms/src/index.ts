/** @packageDocumentation The language of the system: search algorithms and stopping rules, pure and usable alone. */
export * from "./parameter.ts";
export * from "./sampler.ts";
export * from "./search-space.ts";
export * from "./stopping-rule.ts";
