import {
  apiVersionOf,
  JOB,
  type KubeObject,
  keyOf,
  type ObjectKey,
  POD,
  type ResourceKind,
  type StoredJob,
  type StoredPod,
  TRIAL_LABEL,
  type Trial,
} from "@qalam/api";
import { type Informer, ignoreNotFound, ignoreOutdated, ownerUid } from "@qalam/runtime";
import { AlreadyExistsError, type ResourceStore, StoreError } from "@qalam/store";
import { controllerReference } from "../owner-reference.ts";

/** A kind that trials may run, with the cache that follows it. */
export interface RunKind {
  readonly kind: ResourceKind;
  readonly informer: Informer<KubeObject>;
}

/** How an attempt to create a trial's object went. */
export type StartResult =
  | { readonly state: "created" }
  /** One of the same name is still in the way: an earlier attempt of this trial that is being deleted, or ours that the cache does not show yet. */
  | { readonly state: "waiting" }
  | { readonly state: "refused"; readonly why: string };

/** Answers of a server that will not change by trying again. */
const refusals = new Set([400, 403, 422]);

/** The objects trials run: Jobs by default, or any kind this home knows. */
export class RunObjects {
  readonly #store: ResourceStore;
  readonly #kinds: readonly RunKind[];

  constructor(store: ResourceStore, kinds: readonly RunKind[]) {
    this.#store = store;
    this.#kinds = kinds;
  }

  /** Calls back with the key of a trial whose object changed. */
  onChange(handler: (trial: ObjectKey) => void): void {
    for (const { informer } of this.#kinds)
      informer.onChange((current, previous) => {
        const { metadata } = (current ?? previous) as KubeObject;
        const owner = metadata.ownerReferences?.find(({ kind }) => kind === "Trial");
        if (owner !== undefined) handler({ namespace: metadata.namespace ?? "", name: owner.name });
      });
  }

  /** The object a trial runs, if there is one of its own. */
  find(trial: Trial): KubeObject | undefined {
    const object = this.#kindOf(trial)?.informer.get(keyOf(trial));
    return object !== undefined && ownerUid(object) === trial.metadata.uid ? object : undefined;
  }

  async start(trial: Trial): Promise<StartResult> {
    const runSpec = { ...trial.spec.runSpec } as unknown as KubeObject;
    const kind = this.#kindOf(trial)?.kind;
    if (kind === undefined) {
      const known = this.#kinds.map((one) => `${one.kind.kind} (${apiVersionOf(one.kind)})`).join(", ");
      return {
        state: "refused",
        why: `this home cannot run ${runSpec.kind} (${runSpec.apiVersion}); it runs ${known}`,
      };
    }
    const metadata = {
      ...runSpec.metadata,
      ...(kind.kind === POD.kind && { labels: podLabels(runSpec, trial) }),
      ownerReferences: [controllerReference(trial)],
    };
    try {
      await this.#store.create(kind, { ...runSpec, metadata }, { shared: true });
      return { state: "created" };
    } catch (error) {
      if (error instanceof AlreadyExistsError) return this.#occupied(kind, trial);
      if (error instanceof StoreError && refusals.has(error.status))
        return { state: "refused", why: `${kind.kind} ${trial.metadata.name} was refused: ${error.message}` };
      throw error;
    }
  }

  /** Ends what runs. A Job is suspended, so that its pods and logs stay readable; other kinds have no such thing and are deleted. */
  async stop(object: KubeObject): Promise<void> {
    const kind = this.#kinds.find((one) => isOf(one.kind, object))?.kind;
    if (kind === undefined || object.metadata.deletionTimestamp !== undefined) return;
    if (kind.kind !== JOB.kind) await ignoreNotFound(this.#store.delete(kind, keyOf(object)));
    else if ((object as StoredJob).spec?.suspend !== true)
      await ignoreOutdated(this.#store.patch(kind, keyOf(object), { spec: { suspend: true } }));
  }

  /** @returns whether this call deleted it */
  async remove(object: KubeObject): Promise<boolean> {
    const kind = this.#kinds.find((one) => isOf(one.kind, object))?.kind;
    if (kind === undefined || object.metadata.deletionTimestamp !== undefined) return false;
    const deleted = this.#store.delete(kind, keyOf(object), { propagationPolicy: "Foreground" });
    return (await ignoreNotFound(deleted)) !== undefined;
  }

  /** An object of another owner under this name never goes away by itself. */
  async #occupied(kind: ResourceKind, trial: Trial): Promise<StartResult> {
    const found = await this.#store.get(kind, keyOf(trial), { shared: true });
    const owner = found?.metadata.ownerReferences?.find(({ controller }) => controller === true);
    const isOfThisTrial = owner?.kind === "Trial" && owner.name === trial.metadata.name;
    if (found === undefined || found.metadata.deletionTimestamp !== undefined || isOfThisTrial)
      return { state: "waiting" };
    throw new Error(
      `${kind.kind} ${trial.metadata.namespace}/${trial.metadata.name} exists already and is not this trial's: delete it and the trial goes on`,
    );
  }

  #kindOf({ spec }: Trial): RunKind | undefined {
    return this.#kinds.find(({ kind }) => isOf(kind, (spec.runSpec ?? {}) as unknown as KubeObject));
  }
}

/** What Katib's webhook adds to every pod of a trial (Katib behaviour 1.7); the pods of Jobs get it when they are made. */
function podLabels({ metadata }: KubeObject, trial: Trial): Record<string, string> {
  return { ...metadata?.labels, ...trial.metadata.labels, [TRIAL_LABEL]: trial.metadata.name };
}

/** True when nothing of an object runs any more. */
export function hasStopped(object: KubeObject | undefined): boolean {
  if (object === undefined) return true;
  if (isOf(JOB, object)) {
    const { status } = object as StoredJob;
    const isHalted =
      status?.conditions?.some(({ type, status: holds }) => halts.has(type) && holds === "True") === true;
    return isHalted && (status?.active ?? 0) + ((status as { terminating?: number }).terminating ?? 0) === 0;
  }
  const phase = isOf(POD, object) ? (object as StoredPod).status?.phase : undefined;
  return phase === "Succeeded" || phase === "Failed";
}

const halts = new Set(["Complete", "Failed", "Suspended"]);

function isOf(kind: ResourceKind, { apiVersion, kind: name }: Pick<KubeObject, "apiVersion" | "kind">): boolean {
  return kind.kind === name && apiVersionOf(kind) === apiVersion;
}
