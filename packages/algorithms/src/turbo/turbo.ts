import { DEFAULT_STARTUP } from "../gp/gp-sampler.ts";
import type { Algorithm, SamplerOptions, SettingSpec } from "../sampler.ts";
import { RANDOM_STATE } from "../settings.ts";
import { TurboSampler, type TurboSettings } from "./turbo-sampler.ts";

/** Lengths of a region, in units of the cube (Eriksson et al. 2019, section 2). */
const LENGTHS = { init: 0.8, min: 2 ** -7, max: 1.6 };
/** Rounds in a row that improve, after which a region doubles. */
const SUCCESSES = 3;
/** A region halves after as many trials without improvement as there are parameters, at least this many. */
const LEAST_FAILURES = 4;

const length = (name: keyof typeof LENGTHS, description: string): SettingSpec => ({
  name: `length_${name}`,
  type: "float",
  min: 0,
  exclusiveMin: true,
  default: String(LENGTHS[name]),
  description,
});

/** Trust-region Bayesian optimisation. */
export const turbo: Algorithm = {
  name: "turbo",
  summary: "Gaussian process in a trust region that moves, grows and shrinks: many parameters, several hundred trials",
  source: "Eriksson, Pearce, Gardner, Turner and Poloczek (2019), NeurIPS, arXiv:1910.01739",
  slowAsks: () => true,
  settings: [
    RANDOM_STATE,
    {
      name: "n_startup_trials",
      type: "int",
      min: 2,
      default: String(DEFAULT_STARTUP),
      description: "Trials of each region before its model takes over.",
    },
    {
      name: "acq_func",
      type: "string",
      values: ["EI", "TS"],
      default: "EI",
      description:
        "What is tried next within the region: where most improvement is expected, or where a function drawn from the model is lowest (Thompson sampling).",
    },
    length("init", "Length of a new region's sides, in parts of the parameters' ranges."),
    length("max", "Length that a region grows to at most."),
    length("min", "A region that is shorter has found what it could, and a new one begins elsewhere."),
    {
      name: "success_tolerance",
      type: "int",
      min: 1,
      default: String(SUCCESSES),
      description: "Rounds of results in a row that improve, after which the region doubles.",
    },
    {
      name: "failure_tolerance",
      type: "int",
      min: 1,
      description: `Trials in a row without improvement, after which the region halves; absent: as many as parameters, at least ${LEAST_FAILURES}.`,
    },
  ],
  supports: { conditions: true, constraints: true, initialPoints: true, warmStart: true },
  check: ({ settings }) => {
    const { initial, largest, least } = lengthsOf(settings);
    return least < initial && initial <= largest
      ? []
      : [
          `length_min must be below length_init, and length_init at most length_max; found ${least}, ${initial} and ${largest}`,
        ];
  },
  create: (options) => new TurboSampler(options, settingsOf(options)),
};

function lengthsOf(settings: SamplerOptions["settings"]) {
  return {
    initial: Number(settings.length_init ?? LENGTHS.init),
    largest: Number(settings.length_max ?? LENGTHS.max),
    least: Number(settings.length_min ?? LENGTHS.min),
  };
}

function settingsOf({ settings, space }: SamplerOptions): TurboSettings {
  const d = space.counts.filter((count) => count > 1).length;
  return {
    rules: {
      ...lengthsOf(settings),
      successes: Number(settings.success_tolerance ?? SUCCESSES),
      failures: Number(settings.failure_tolerance ?? Math.max(LEAST_FAILURES, d)),
    },
    startup: Number(settings.n_startup_trials ?? DEFAULT_STARTUP),
    acquisition: settings.acq_func === "TS" ? "TS" : "EI",
  };
}
