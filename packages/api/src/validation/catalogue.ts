import type { FieldProblem } from "../errors.ts";
import type { AlgorithmSpec, EarlyStoppingSpec } from "../resources/common.ts";
import type { Experiment } from "../resources/experiment.ts";
import type { StoredConfigMap } from "../resources/kinds.ts";

/** What validation must know of the installation: which algorithms there are and what they accept. Handed in, as `api` knows no algorithm. */
export interface AlgorithmCatalogue {
  readonly algorithmNames: readonly string[];
  readonly earlyStoppingNames: readonly string[];
  /** Problems of the settings, with paths below `spec.algorithm`; called only for known names. */
  checkAlgorithm(spec: AlgorithmSpec, experiment: Experiment): readonly FieldProblem[];
  /** Problems of the settings, with paths below `path`; called only for known names. */
  checkEarlyStopping(spec: EarlyStoppingSpec | AlgorithmSpec, path: string): readonly FieldProblem[];
}

export interface ValidationContext {
  readonly catalogue: AlgorithmCatalogue;
  /** Finds the ConfigMap a template names; undefined when there is none. */
  readonly configMap: (namespace: string, name: string) => StoredConfigMap | undefined;
  /** Kinds that trials may run; others are refused with this list. Absent: any kind. */
  readonly trialKinds?: readonly string[];
  /** Collectors this home has; others are refused with this list. Absent: any. */
  readonly collectorKinds?: readonly string[];
}
