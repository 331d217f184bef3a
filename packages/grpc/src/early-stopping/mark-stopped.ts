import { isTrialCompleted, type ObjectKey, setCondition, TRIAL } from "@qalam/api";
import { ConflictError, NotFoundError, type ResourceStore } from "@qalam/store";

/** Where the trials are that collectors stop. */
export interface TrialPlace {
  readonly store: Pick<ResourceStore, "get" | "patch">;
  readonly namespace: string;
}

/** Times it is tried again when a controller wrote in between. */
const ATTEMPTS = 10;

/**
 * Adds the condition EarlyStopped to a trial that has not ended (Katib behaviour 7), by which Katib's trial controller ends it. Only if nobody else wrote meanwhile:
 * a merge replaces the whole list.
 * @param now RFC 3339
 * @throws NotFoundError; ConflictError when others write all the time
 */
export async function markStopped(store: TrialPlace["store"], key: ObjectKey, now: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const trial = await store.get(TRIAL, key);
    if (trial === undefined) throw new NotFoundError(`${TRIAL.plural}.${TRIAL.group}`, key.name);
    if (isTrialCompleted(trial)) return;
    const stopped = { type: "EarlyStopped", status: "True", reason: "TrialEarlyStopped" } as const;
    const conditions = setCondition(trial.status?.conditions, { ...stopped, message: "Trial is early stopped" }, now);
    const { resourceVersion } = trial.metadata;
    try {
      await store.patch(
        TRIAL,
        key,
        { metadata: { resourceVersion }, status: { conditions } },
        { subresource: "status" },
      );
      return;
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === ATTEMPTS) throw error;
    }
  }
}
