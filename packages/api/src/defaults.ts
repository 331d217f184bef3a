import { JOB_KIND_DEFAULTS } from "./job-kinds.ts";
import type { ObjectiveSpec, ParameterSpec } from "./resources/common.ts";
import type { Experiment, MetricsCollectorSpec, TrialTemplate } from "./resources/experiment.ts";

/** Trials that run at the same time when the experiment does not say (Katib behaviour 1.2). */
const DEFAULT_PARALLEL_TRIALS = 3;

/** Fills in what Katib's mutating webhook fills in (Katib behaviour 1.2, 1.3, 4.4, 5.1); an empty text is no value, as in Go. Tolerates invalid input; validation comes after. @returns a copy */
export function applyDefaults(experiment: Experiment): Experiment {
  const copy = structuredClone(experiment);
  const spec = copy.spec;
  if (typeof spec !== "object" || spec === null) return copy;
  spec.parallelTrialCount ??= Math.max(
    1,
    Math.min(
      DEFAULT_PARALLEL_TRIALS,
      typeof spec.maxTrialCount === "number" ? spec.maxTrialCount : DEFAULT_PARALLEL_TRIALS,
    ),
  );
  spec.resumePolicy ||= "Never";
  if (Array.isArray(spec.parameters)) spec.parameters.forEach(defaultParameter);
  if (isObject(spec.objective)) defaultObjective(spec.objective);
  if (isObject(spec.trialTemplate)) defaultTemplate(spec.trialTemplate);
  spec.metricsCollectorSpec = defaultCollector(isObject(spec.metricsCollectorSpec) ? spec.metricsCollectorSpec : {});
  return copy;
}

function defaultParameter(parameter: ParameterSpec): void {
  if (!isObject(parameter) || !isObject(parameter.feasibleSpace)) return;
  const space = parameter.feasibleSpace;
  // Where Katib's SDK puts the list of search.categorical (Katib issue #2625).
  const misplaced: unknown = space.distribution;
  if (Array.isArray(misplaced) && space.list === undefined) {
    space.list = misplaced.map(String);
    delete space.distribution;
  }
  space.distribution ||= "uniform";
}

/** Existing strategies stay; the objective and then each additional metric without one get one by the objective's direction (Katib behaviour 1.3). */
function defaultObjective(objective: ObjectiveSpec): void {
  const strategies = Array.isArray(objective.metricStrategies) ? objective.metricStrategies : [];
  const names = [
    objective.objectiveMetricName,
    ...(Array.isArray(objective.additionalMetricNames) ? objective.additionalMetricNames : []),
    ...(Array.isArray(objective.constraints) ? objective.constraints.map(({ metricName }) => metricName) : []),
  ];
  const strategyFor = (type: string | undefined) =>
    type === "minimize" ? "min" : type === "maximize" ? "max" : "latest";
  const add = (name: string | undefined, type: string | undefined) => {
    if (name !== undefined && name !== "" && !strategies.some((strategy) => strategy.name === name))
      strategies.push({ name, value: strategyFor(type) });
  };
  for (const name of names) add(name, objective.type);
  if (Array.isArray(objective.additionalObjectives))
    for (const { objectiveMetricName, type } of objective.additionalObjectives) add(objectiveMetricName, type);
  if (strategies.length > 0) objective.metricStrategies = strategies;
}

function defaultTemplate(template: TrialTemplate): void {
  const kind = template.trialSpec?.kind;
  const defaults = typeof kind === "string" ? JOB_KIND_DEFAULTS[kind] : undefined;
  if (defaults === undefined) return;
  template.successCondition ||= defaults.successCondition;
  template.failureCondition ||= defaults.failureCondition;
  if (defaults.primaryPodLabels !== undefined) template.primaryPodLabels ??= { ...defaults.primaryPodLabels };
}

function defaultCollector(spec: MetricsCollectorSpec): MetricsCollectorSpec {
  const kind = spec.collector?.kind ?? "StdOut";
  const collector = { ...spec.collector, kind };
  const path = spec.source?.fileSystemPath;
  if (kind === "File") {
    const fileSystemPath = {
      kind: "File",
      path: "/var/log/katib/metrics.log",
      format: "TEXT",
      ...given(path),
    } as const;
    return { ...spec, collector, source: { ...spec.source, fileSystemPath } };
  }
  if (kind === "TensorFlowEvent") {
    const fileSystemPath = { kind: "Directory", path: "/var/log/katib/tfevent/", ...given(path) } as const;
    return { ...spec, collector, source: { ...spec.source, fileSystemPath } };
  }
  if (kind === "PrometheusMetric") {
    const httpGet = spec.source?.httpGet ?? { port: 8080 };
    return {
      ...spec,
      collector,
      source: { ...spec.source, httpGet: { ...httpGet, path: httpGet.path || "/metrics" } },
    };
  }
  return { ...spec, collector };
}

/** Without the fields that are empty texts. */
function given<T extends object>(object: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(object ?? {}).filter(([, value]) => value !== "")) as Partial<T>;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
