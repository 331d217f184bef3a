import { findAlgorithm } from "@qalam/algorithms";
import { describeSampler, type SamplerSuite } from "@qalam/testing";

/** Search algorithms by name, and how the suite treats them. */
const SAMPLERS: Readonly<Record<string, SamplerSuite>> = {
  random: { except: { learns: "it does not look at results" } },
  grid: { except: { learns: "it does not look at results" } },
  sobol: { except: { learns: "it does not look at results" } },
  cmaes: {},
  hyperband: {
    settings: { resource_name: "epochs", r_l: "9" },
    resource: "epochs",
    except: { learns: "new configurations are random draws; results only decide which of them go on" },
  },
  asha: {
    settings: { resource_name: "epochs" },
    resource: "epochs",
    except: { learns: "new configurations are random draws; results only decide which of them go on" },
  },
  tpe: {},
  "multivariate-tpe": {},
  evolution: {},
  nsga2: {},
  bohb: { settings: { resource_name: "epochs" }, resource: "epochs" },
  pbt: {
    settings: { suggestion_trial_dir: "/checkpoints", n_population: "10", truncation_threshold: "0.25" },
    except: {
      "never repeats": "a member above the truncation goes on from its checkpoint with the same parameters",
      "exhausts finite spaces": "the same parameters go on training: there is no end",
    },
  },
  gp: { runs: 4, learningTrials: 24 },
  auto: { runs: 3, learningTrials: 24 },
  bayesianoptimization: { runs: 3, learningTrials: 30 },
};

/** Other settings that change what an algorithm is. */
const VARIANTS: readonly [name: string, SamplerSuite][] = ["RF", "ET", "GBRT"].map((base_estimator) => [
  "bayesianoptimization",
  { settings: { base_estimator }, runs: 2, learningTrials: 30 },
]);

for (const [name, suite] of [...Object.entries(SAMPLERS), ...VARIANTS])
  describeSampler([name, ...Object.values(suite.settings ?? {})].join(" "), findAlgorithm(name)!, suite);
