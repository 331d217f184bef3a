import {
  EXPERIMENT_LABEL,
  type Experiment,
  ORIGIN_ANNOTATION,
  PAUSED_ANNOTATION,
  QALAM_PREFIX,
  renderTrialTemplate,
  SUGGESTION_ID_ANNOTATION,
  type TemplateObject,
  TRIAL_FINALIZER,
  type Trial,
  type TrialAssignment,
} from "@qalam/api";
import { shortHash } from "@qalam/runtime";
import { controllerReference } from "../owner-reference.ts";
import { checkpointAnnotations } from "./checkpoint-annotations.ts";

/** What people type by hand; Katib has only the long one. */
const SHORT_EXPERIMENT_LABEL = "experiment";

/** The name of the trial of a suggestion: the same suggestion always gives the same name, so a crash between two writes makes no trial twice. */
export function trialName(experiment: Experiment, suggestionId: number): string {
  return `${experiment.metadata.name}-${shortHash(`${experiment.metadata.uid}/${suggestionId}`)}`;
}

/** The Trial of an assignment (Katib behaviour 1.6, 1.7). @param template the trial's object, or the text of a ConfigMap's key. @throws TemplateError */
export function newTrial(
  experiment: Experiment,
  assignment: TrialAssignment,
  template: TemplateObject | string,
): Trial {
  const { spec, metadata } = experiment;
  const { trialTemplate } = spec;
  const namespace = metadata.namespace ?? "default";
  const runSpec = renderTrialTemplate({
    template,
    trialParameters: trialTemplate?.trialParameters ?? [],
    assignments: assignment.parameterAssignments ?? [],
    ...(spec.parameters !== undefined && { parameters: spec.parameters }),
    name: assignment.name,
    namespace,
  });
  const hasConditions = Boolean(trialTemplate?.successCondition && trialTemplate.failureCondition);
  return {
    apiVersion: experiment.apiVersion,
    kind: "Trial",
    metadata: {
      name: assignment.name,
      namespace,
      labels: {
        [SHORT_EXPERIMENT_LABEL]: metadata.name,
        ...metadata.labels,
        ...assignment.labels,
        [EXPERIMENT_LABEL]: metadata.name,
      },
      annotations: {
        ...ownAnnotations(experiment),
        ...checkpointAnnotations(experiment, assignment),
        ...(assignment.id !== undefined && { [SUGGESTION_ID_ANNOTATION]: String(assignment.id) }),
        ...(assignment.origin !== undefined && { [ORIGIN_ANNOTATION]: assignment.origin }),
      },
      finalizers: [TRIAL_FINALIZER],
      ownerReferences: [controllerReference(experiment)],
    },
    spec: {
      ...(spec.objective !== undefined && { objective: spec.objective }),
      parameterAssignments: assignment.parameterAssignments ?? [],
      ...(spec.earlyStopping !== undefined &&
        assignment.earlyStoppingRules !== undefined && { earlyStoppingRules: assignment.earlyStoppingRules }),
      runSpec,
      retainRun: trialTemplate?.retain ?? false,
      ...(spec.metricsCollectorSpec !== undefined && { metricsCollector: spec.metricsCollectorSpec }),
      ...(trialTemplate?.primaryPodLabels !== undefined && { primaryPodLabels: trialTemplate.primaryPodLabels }),
      ...(trialTemplate?.primaryContainerName !== undefined && {
        primaryContainerName: trialTemplate.primaryContainerName,
      }),
      ...(hasConditions && {
        successCondition: trialTemplate?.successCondition as string,
        failureCondition: trialTemplate?.failureCondition as string,
      }),
    },
  };
}

/** Our annotations that concern how trials run. */
function ownAnnotations({ metadata }: Experiment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(
      ([name]) => name.startsWith(QALAM_PREFIX) && name !== PAUSED_ANNOTATION,
    ),
  );
}
