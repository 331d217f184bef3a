import { EXPERIMENT, EXPERIMENT_LABEL, type Experiment, TRIAL, type Trial } from "@qalam/api";
import { CommandError } from "../command-error.ts";
import type { Home } from "../home/home.ts";
import { notFound } from "./not-found.ts";

/** The experiment of a name: in the namespace given, or the only one of that name anywhere. @throws CommandError that says where others are */
export async function findExperiment(home: Home, name: string, namespace: string | undefined): Promise<Experiment> {
  const { items } = await home.store.list(EXPERIMENT, {
    ...(namespace !== undefined && { namespace }),
    fieldSelector: `metadata.name=${name}`,
  });
  const [first, ...others] = items;
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined)
    throw new CommandError(
      `there are experiments "${name}" in ${items.map(({ metadata }) => metadata.namespace).join(", ")}: say which with -n`,
    );
  throw await notFound(home, EXPERIMENT, name, namespace);
}

/** Its trials, in order of name. */
export async function trialsOf(home: Home, { metadata }: Experiment): Promise<Trial[]> {
  const { items } = await home.store.list(TRIAL, {
    namespace: metadata.namespace ?? "",
    labelSelector: `${EXPERIMENT_LABEL}=${metadata.name}`,
  });
  return items.filter((trial) => trial.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid));
}
