/** @packageDocumentation The contracts of the stores. Implementations are sub-paths: `@qalam/store/memory`, `@qalam/store/sqlite`. */
export * from "./container-logs.ts";
export * from "./errors.ts";
export * from "./observation-store.ts";
export * from "./resource-store.ts";
