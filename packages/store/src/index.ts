/** @packageDocumentation The contracts of the stores. Implementations are sub-paths: `@qalam/store/memory`, `@qalam/store/sqlite`. */
export * from "./container-logs.ts";
export { sharedJsonText } from "./engine/json-text.ts";
export { sameJson } from "./engine/json-value.ts";
export { mergePatch } from "./engine/merge-patch.ts";
export { compileSelectors, type Predicate } from "./engine/selector.ts";
export type { StoreOptions } from "./engine/store-options.ts";
export * from "./errors.ts";
export * from "./observation-store.ts";
export { parseTime } from "./observations/observation-time.ts";
export { Thinner } from "./observations/thinner.ts";
export * from "./resource-store.ts";
