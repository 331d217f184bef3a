/** @packageDocumentation Search algorithms and stopping rules: pure, usable alone. */
export { algorithmLabel } from "./algorithm-label.ts";
export * from "./create-search-space.ts";
export { CHECKPOINT_SETTING } from "./fidelity/fidelity-settings.ts";
export { pythonFloat } from "./format-number.ts";
export * from "./multi-objective/crowding-distances.ts";
export * from "./multi-objective/dominance.ts";
export * from "./multi-objective/hypervolume.ts";
export * from "./multi-objective/hypervolume-subset.ts";
export * from "./multi-objective/non-dominated-ranks.ts";
export * from "./parameter.ts";
export * from "./registry.ts";
export * from "./sampler.ts";
export * from "./search-space.ts";
export { SearchSpaceError } from "./search-space-problems.ts";
export * from "./settings.ts";
export * from "./stopping/registry.ts";
export { TrialSeries } from "./stopping/trial-series.ts";
export * from "./stopping-rule.ts";
