import { isDeepStrictEqual } from "node:util";
import {
  applyDefaults,
  EXPERIMENT,
  type Experiment,
  type FieldProblem,
  isExperimentCompleted,
  isExperimentPaused,
  type KubeObject,
  keyOf,
  kindOf,
  PAUSED_ANNOTATION,
  type ResourceKind,
  validateUpdate,
} from "@qalam/api";
import type { ResourceStore } from "@qalam/store";
import { CommandError } from "../command-error.ts";

/** What applying an object did, for the user. */
export type Applied = "created" | "continued" | "resumed" | "changed" | "unchanged" | "finished before";

/**
 * Brings one object of a manifest into the store: creates it, or goes on with what is there. An experiment that exists must have the same spec but for
 * its three counts. @throws CommandError when the manifest asks for another experiment under a name that is taken
 */
export async function applyObject(store: ResourceStore, object: KubeObject): Promise<Applied> {
  const kind = kindOf(object) as ResourceKind;
  const found = await store.get(kind, keyOf(object));
  if (found === undefined) {
    await store.create(kind, object);
    return "created";
  }
  return kind.kind === EXPERIMENT.kind
    ? applyExperiment(store, found as Experiment, object as Experiment)
    : replaceObject(store, kind, found, object);
}

async function applyExperiment(store: ResourceStore, found: Experiment, wanted: Experiment): Promise<Applied> {
  const spec = applyDefaults(wanted).spec;
  const paused = isExperimentPaused(found);
  const counts = {
    maxTrialCount: spec.maxTrialCount ?? null,
    parallelTrialCount: spec.parallelTrialCount ?? null,
    maxFailedTrialCount: spec.maxFailedTrialCount ?? null,
  };
  const changed = !isDeepStrictEqual(found.spec, spec);
  const problems = changed ? validateUpdate(found, { ...found, spec }) : [];
  if (problems.length > 0) throw new CommandError(refusedChange(found, problems));
  await store.patch(EXPERIMENT, keyOf(found), {
    metadata: { annotations: { ...wanted.metadata.annotations, [PAUSED_ANNOTATION]: null } },
    ...(changed && { spec: counts }),
  });
  if (changed) return "changed";
  if (paused) return "resumed";
  return isExperimentCompleted(found) ? "finished before" : "continued";
}

async function replaceObject(
  store: ResourceStore,
  kind: ResourceKind,
  found: KubeObject,
  object: KubeObject,
): Promise<Applied> {
  const { resourceVersion } = await store
    .update(kind, { ...object, metadata: { ...found.metadata, ...object.metadata } })
    .then(({ metadata }) => metadata);
  return resourceVersion === found.metadata.resourceVersion ? "unchanged" : "changed";
}

function refusedChange({ metadata }: Experiment, problems: readonly FieldProblem[]): string {
  return [
    `experiment ${metadata.namespace}/${metadata.name} is there already, and cannot be changed to what the manifest says:`,
    ...problems.map(({ path, problem, hint }) => `  ${path}: ${problem}${hint === undefined ? "" : `; ${hint}`}`),
    `Give the new one another metadata.name, or delete the old one: qalam delete experiment ${metadata.name} -n ${metadata.namespace}`,
  ].join("\n");
}
