import { keyOf, STOP_ANNOTATION, TRIAL, type Trial } from "@qalam/api";
import { ignoreOutdated } from "@qalam/runtime";
import type { ResourceStore } from "@qalam/store";

/** Asks the trial controller to stop trials. @param message of their Killed condition */
export async function stopTrials(store: ResourceStore, trials: readonly Trial[], message: string): Promise<void> {
  const asked = trials.filter(({ metadata }) => metadata.annotations?.[STOP_ANNOTATION] === undefined);
  await Promise.all(
    asked.map((trial) =>
      ignoreOutdated(store.patch(TRIAL, keyOf(trial), { metadata: { annotations: { [STOP_ANNOTATION]: message } } })),
    ),
  );
}
