/** An experiment over one parameter, `$X`, whose trials run a shell script. */
export function shellExperiment(name: string, trials: number, parallel: number, script: string): string {
  return `apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: { name: ${name}, namespace: default }
spec:
  objective: { type: minimize, objectiveMetricName: loss }
  algorithm: { algorithmName: random }
  maxTrialCount: ${trials}
  parallelTrialCount: ${parallel}
  parameters: [{ name: x, parameterType: double, feasibleSpace: { min: "0", max: "1" } }]
  trialTemplate:
    primaryContainerName: main
    trialParameters: [{ name: x, reference: x }]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: { template: { spec: { restartPolicy: Never, containers: [{ name: main, image: i, command: [sh, -c, "${script}"], env: [{ name: X, value: "\${trialParameters.x}" }] }] } } }
`;
}
