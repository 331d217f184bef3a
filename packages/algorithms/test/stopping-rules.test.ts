import { findStoppingRule } from "@qalam/algorithms";
import { describeStoppingRule, type StoppingRuleSuite } from "@qalam/testing";

const ALONE = "it looks at one trial by itself";

/** Stopping rules by name, and how the suite treats them. */
const RULES: Readonly<Record<string, StoppingRuleSuite>> = {
  medianstop: {},
  percentile: {},
  asha: {},
  hyperband: { settings: { max_step: "27" } },
  curve: {},
  wilcoxon: {},
  patient: {
    settings: { patience: "3" },
    except: { "keeps the best": ALONE, "keeps equals": ALONE, "needs others": ALONE, "stops something": ALONE },
  },
  threshold: {
    settings: { value: "0.5" },
    mirrored: { value: "-0.5" },
    except: { "keeps the best": ALONE, "keeps equals": ALONE, "needs others": ALONE },
  },
};

for (const [name, suite] of Object.entries(RULES)) describeStoppingRule(name, findStoppingRule(name)!, suite);
