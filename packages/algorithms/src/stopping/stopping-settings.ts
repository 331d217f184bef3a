import type { SettingSpec } from "../sampler.ts";

/** Katib's setting (behaviour 7), here tested at every report from this one on. */
export const START_STEP = {
  name: "start_step",
  type: "int",
  min: 1,
  default: "4",
  description: "Reports a trial makes before it is tested, at each from then on.",
} as const satisfies SettingSpec;

/** Katib's setting (behaviour 7); running trials that have come as far count too. */
export const MIN_TRIALS_REQUIRED = {
  name: "min_trials_required",
  type: "int",
  min: 1,
  default: "3",
  description: "Other trials, running or finished, that must have come as far before a trial is tested.",
} as const satisfies SettingSpec;

/** The first step at which trials are thinned out. */
export const FIRST_RUNG = {
  ...START_STEP,
  default: "1",
  description: "Step of the first rung, as the training counts steps; the next ones are eta times as far each.",
} as const satisfies SettingSpec;

/** The value of a numeric setting or its default. */
export function settingNumber(settings: Readonly<Record<string, string>>, spec: SettingSpec): number {
  return Number(settings[spec.name] ?? spec.default);
}
