import { chooseMethod } from "../auto/choose-method.ts";
import { DensitySource } from "../bohb/density-source.ts";
import type { SamplerOptions, SettingSpec } from "../sampler.ts";
import { type ConfigurationSource, randomSource } from "./configuration-source.ts";
import type { Fidelity } from "./fidelity-settings.ts";
import { GaussianProcessSource } from "./gaussian-process-source.ts";

/** Where new configurations come from. */
export const SOURCE: SettingSpec = {
  name: "sampler",
  type: "string",
  values: ["random", "kde", "gp", "auto"],
  description:
    "Where new configurations come from: draws from the prior, or a model of the results: BOHB's kernel densities, a Gaussian process, or auto: a Gaussian process unless a list is too long for one.",
};

/** Whether asks for configurations of a source take long: all but random draws come from a model. @param source a value of SOURCE */
export function isSlowSource(source: string): boolean {
  return source !== "random";
}

/** @param name a value of SOURCE */
export function sourceOf(name: string, options: SamplerOptions, fidelity: Fidelity): ConfigurationSource {
  const { resources, levels } = fidelity;
  const { configurations } = resources;
  if (name === "random") return randomSource(configurations);
  // Only the best rows are told to a Gaussian process: their number is no reason against it.
  const suitsProcess = chooseMethod({ space: configurations, directions: options.directions }, 0).method === "gp";
  if (name === "gp" || (name === "auto" && suitsProcess)) return new GaussianProcessSource(options, resources);
  return new DensitySource(configurations, levels.length);
}
