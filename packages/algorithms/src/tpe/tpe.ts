import type { Algorithm, SamplerOptions, SettingSpec } from "../sampler.ts";
import { RANDOM_STATE } from "../settings.ts";
import { TpeSampler } from "./tpe-sampler.ts";

const SOURCE =
  "Bergstra et al. (2011), NIPS 24; Falkner et al. (2018), ICML; Ozaki et al. (2022), JAIR 73; Watanabe (2023), arXiv:2304.11127";

const SUPPORTS = {
  conditions: true,
  constraints: true,
  outcomeConstraints: true,
  multiObjective: true,
  warmStart: true,
  initialPoints: true,
};

const gamma = (share: string): SettingSpec => ({
  name: "gamma",
  type: "float",
  default: share,
  min: 0,
  max: 1,
  exclusiveMin: true,
  exclusiveMax: true,
  description: "Share of the trials that count as good, 25 of them at most (100 with several objectives).",
});

const PRIOR_WEIGHT: SettingSpec = {
  name: "prior_weight",
  type: "float",
  default: "1.0",
  min: 0,
  exclusiveMin: true,
  description: "Weight of the parameters' own distributions against that of one trial; more explores more.",
};

const STARTUP: SettingSpec = {
  name: "n_startup_trials",
  type: "int",
  default: "10",
  min: 0,
  description: "Trials with a result, spread evenly over the space, before results guide the search.",
};

const CANDIDATES: SettingSpec = {
  name: "n_ei_candidates",
  type: "int",
  default: "24",
  min: 0,
  description: "Candidates drawn from around the good trials, of which the most promising is suggested.",
};

/** Katib's name and settings for Hyperopt's TPE (behaviour 6.4), and those of its Optuna back end (6.5). Unlike there, parameters are looked at together. */
export const tpe: Algorithm = {
  name: "tpe",
  summary: "tree-structured Parzen estimator: more of what the good trials have in common and the others have not",
  source: SOURCE,
  slowAsks: () => true,
  settings: [
    gamma("0.25"),
    PRIOR_WEIGHT,
    { ...CANDIDATES, name: "n_EI_candidates", min: 1 },
    RANDOM_STATE,
    STARTUP,
    {
      name: CANDIDATES.name,
      type: "int",
      min: 0,
      description: "The same as n_EI_candidates, in the spelling of Katib's Optuna back end.",
    },
  ],
  supports: SUPPORTS,
  check: ({ settings }) =>
    settings.n_EI_candidates !== undefined && settings.n_ei_candidates !== undefined
      ? ["n_EI_candidates and n_ei_candidates are the same setting: give one of them"]
      : [],
  create: (options) => createTpe("tpe", "0.25", options),
};

/** Katib's name and settings for Optuna's multivariate TPE with constant liar (behaviour 6.5); gamma and prior_weight beyond. */
export const multivariateTpe: Algorithm = {
  name: "multivariate-tpe",
  summary:
    "tree-structured Parzen estimator over all parameters together, with a smaller share of good trials than tpe",
  source: SOURCE,
  slowAsks: () => true,
  settings: [STARTUP, CANDIDATES, RANDOM_STATE, gamma("0.15"), PRIOR_WEIGHT],
  supports: SUPPORTS,
  create: (options) => createTpe("multivariate-tpe", "0.15", options),
};

function createTpe(name: string, share: string, options: SamplerOptions): TpeSampler {
  const { settings } = options;
  return new TpeSampler(name, options, {
    gamma: Number(settings.gamma ?? share),
    priorWeight: Number(settings.prior_weight ?? 1),
    candidates: Number(settings.n_EI_candidates ?? settings.n_ei_candidates ?? 24),
    startup: Number(settings.n_startup_trials ?? 10),
  });
}
