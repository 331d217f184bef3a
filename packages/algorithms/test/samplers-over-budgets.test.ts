import { findAlgorithm } from "@qalam/algorithms";
import { describeSampler, type SamplerSuite } from "@qalam/testing";

/** Search algorithms that train a configuration more than once. */
const SAMPLERS: Readonly<Record<string, SamplerSuite>> = {
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
  bohb: { settings: { resource_name: "epochs" }, resource: "epochs", runs: 8 },
  "bohb with kde": { settings: { resource_name: "epochs", sampler: "kde" }, resource: "epochs" },
  dehb: { settings: { resource_name: "epochs" }, resource: "epochs" },
  pbt: {
    settings: { suggestion_trial_dir: "/checkpoints", n_population: "10", truncation_threshold: "0.25" },
    except: {
      "never repeats": "a member above the truncation goes on from its checkpoint with the same parameters",
      "exhausts finite spaces": "the same parameters go on training: there is no end",
    },
  },
};

for (const [name, suite] of Object.entries(SAMPLERS)) describeSampler(name, findAlgorithm(name.split(" ")[0]!)!, suite);
