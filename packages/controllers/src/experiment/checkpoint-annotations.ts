import { algorithmLabel, CHECKPOINT_SETTING } from "@qalam/algorithms";
import {
  CHECKPOINT_FOLDER_ANNOTATION,
  CHECKPOINT_PARENT_ANNOTATION,
  type Experiment,
  type TrialAssignment,
} from "@qalam/api";

/** The label with the name of the trial whose checkpoint a trial begins with, as Katib's PBT writes it (behaviour 6.10). */
export function parentLabel({ spec }: Experiment): string {
  return algorithmLabel(spec.algorithm?.algorithmName ?? "", "parent");
}

/** Tells the runner which folder of the container holds checkpoints, and where the trial's first one comes from. Empty when the algorithm keeps none. */
export function checkpointAnnotations(experiment: Experiment, { labels }: TrialAssignment): Record<string, string> {
  const folder = experiment.spec.algorithm?.algorithmSettings?.find(({ name }) => name === CHECKPOINT_SETTING)?.value;
  const parent = labels?.[parentLabel(experiment)];
  if (folder === undefined) return {};
  return {
    [CHECKPOINT_FOLDER_ANNOTATION]: folder,
    ...(parent !== undefined && { [CHECKPOINT_PARENT_ANNOTATION]: parent }),
  };
}
