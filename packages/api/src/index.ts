/** @packageDocumentation The language of the system: resource types, defaults, validation, conditions, trial templates. */
export * from "./errors.ts";
export * from "./names.ts";
export * from "./resources/common.ts";
export * from "./resources/experiment.ts";
export * from "./resources/kinds.ts";
export * from "./resources/object.ts";
export * from "./resources/suggestion.ts";
export * from "./resources/trial.ts";
