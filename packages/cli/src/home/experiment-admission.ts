import {
  applyDefaults,
  CONFIG_MAP,
  EXPERIMENT,
  type Experiment,
  type FieldProblem,
  InvalidObjectError,
  type KubeObject,
  type StoredConfigMap,
  validateExperiment,
  validateUpdate,
} from "@qalam/api";
import type { Admission, AdmissionOptions } from "@qalam/server";
import type { ResourceStore } from "@qalam/store";
import { catalogueWith } from "../catalogue.ts";
import { COLLECTORS, TRIAL_KINDS } from "../load-manifest.ts";

/** Algorithms that run elsewhere. */
export interface ExternalAlgorithms {
  readonly names: readonly string[];
  /** What keeps an experiment from its external algorithm, in words. */
  problems(experiment: Experiment): Promise<readonly string[]>;
}

/** Defaulting and validation at the API server, as Katib's webhooks do it. */
export function experimentAdmission(store: ResourceStore, external?: ExternalAlgorithms): Admission {
  return {
    async create(kind, object, options) {
      if (kind.kind !== EXPERIMENT.kind) return object;
      const experiment = applyDefaults(object as Experiment);
      return checked(experiment, await experimentProblems(experiment, store, external), options);
    },
    async update(kind, old, object, options) {
      if (kind.kind !== EXPERIMENT.kind) return object;
      const experiment = applyDefaults(object as Experiment);
      const specChanged = JSON.stringify((old as Experiment).spec) !== JSON.stringify(experiment.spec);
      const problems = specChanged
        ? [...(await experimentProblems(experiment, store, external)), ...validateUpdate(old as Experiment, experiment)]
        : [];
      return checked(experiment, problems, options);
    },
  };
}

async function experimentProblems(
  experiment: Experiment,
  store: ResourceStore,
  external: ExternalAlgorithms | undefined,
): Promise<FieldProblem[]> {
  const named = experiment.spec?.trialTemplate?.configMap;
  const found =
    named?.configMapName === undefined
      ? undefined
      : await store.get(CONFIG_MAP, { namespace: named.configMapNamespace ?? "", name: named.configMapName });
  const configMap = (namespace: string, name: string): StoredConfigMap | undefined =>
    found?.metadata.name === name && found.metadata.namespace === namespace ? found : undefined;
  const problems = validateExperiment(experiment, {
    catalogue: catalogueWith(external?.names ?? []),
    configMap,
    trialKinds: TRIAL_KINDS,
    collectorKinds: COLLECTORS,
  });
  if (problems.length > 0 || external === undefined) return problems;
  const value = experiment.spec.algorithm?.algorithmName;
  return (await external.problems(experiment)).map((problem) => ({
    path: "spec.algorithm",
    reason: "FieldValueInvalid",
    value,
    problem,
  }));
}

/** Unknown fields are refused, warned about or let go, as the request says; every other problem refuses the object. */
function checked<T extends KubeObject>(
  object: T,
  problems: readonly FieldProblem[],
  { fieldValidation, warn }: AdmissionOptions,
): T {
  const unknown = problems.filter(({ reason }) => reason === "FieldValueUnknown");
  const refused = fieldValidation === "Strict" ? problems : problems.filter((problem) => !unknown.includes(problem));
  if (refused.length > 0) throw new InvalidObjectError(object.kind, object.metadata.name ?? "", refused);
  if (fieldValidation === "Warn")
    for (const { path, hint } of unknown) warn(`unknown field "${path}"${hint === undefined ? "" : `: ${hint}`}`);
  return object;
}
