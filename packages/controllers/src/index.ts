/** @packageDocumentation The controllers of Experiments, Suggestions and Trials, over a small runtime. */
export { type RuleLookup, stoppingProblems } from "./early-stopping/experiment-rules.ts";
export { trialName } from "./experiment/new-trial.ts";
export { planTrials } from "./experiment/plan-trials.ts";
export * from "./start-controllers.ts";
export { DividedSamplerHost } from "./suggestion/divided-sampler-host.ts";
export { LocalSamplerHost } from "./suggestion/local-sampler-host.ts";
export type * from "./suggestion/sampler-host.ts";
export { type CheckedOptions, samplerOptions } from "./suggestion/sampler-options.ts";
export { SettingsError } from "./suggestion/settings-error.ts";
export { WorkerSamplerHost } from "./suggestion/worker-sampler-host.ts";
export { isDisplaced, isSettled, PAUSE_MESSAGE } from "./trial/stop-reasons.ts";
