/** Defaults of the trial template by the kind of the job, matched by kind name in any API group (Katib behaviour 4.4). */
export interface JobKindDefaults {
  readonly successCondition: string;
  readonly failureCondition: string;
  readonly primaryPodLabels?: Readonly<Record<string, string>>;
}

const condition = (type: string) => `status.conditions.#(type=="${type}")#|#(status=="True")#`;
const training: JobKindDefaults = {
  successCondition: condition("Succeeded"),
  failureCondition: condition("Failed"),
  primaryPodLabels: { "training.kubeflow.org/job-role": "master" },
};

export const JOB_KIND_DEFAULTS: Readonly<Record<string, JobKindDefaults>> = {
  Job: { successCondition: condition("Complete"), failureCondition: condition("Failed") },
  TFJob: training,
  PyTorchJob: training,
  XGBoostJob: training,
  MPIJob: training,
  TrainJob: {
    successCondition: condition("Complete"),
    failureCondition: condition("Failed"),
    primaryPodLabels: {
      "jobset.sigs.k8s.io/replicatedjob-name": "node",
      "batch.kubernetes.io/job-completion-index": "0",
    },
  },
};
