/** @packageDocumentation The controllers of Experiments, Suggestions and Trials, over a small runtime. */
export { PAUSE_MESSAGE } from "./experiment/experiment-controller.ts";
export { trialName } from "./experiment/new-trial.ts";
export { planTrials } from "./experiment/plan-trials.ts";
export * from "./start-controllers.ts";
export { LocalSamplerHost, samplerOptions } from "./suggestion/local-sampler-host.ts";
export type * from "./suggestion/sampler-host.ts";
export { SettingsError } from "./suggestion/settings-error.ts";
