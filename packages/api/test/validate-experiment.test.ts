// biome-ignore-all lint/complexity/noCommaOperator: a row changes several fields in one expression
// biome-ignore-all lint/suspicious/noAssignInExpressions: rows are assignments
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyDefaults, type Experiment, validateExperiment } from "../src/index.ts";
import { context, validExperiment } from "./valid-experiment.ts";

// biome-ignore lint/suspicious/noExplicitAny: rows put faulty values where the types forbid them
type Change = (experiment: { metadata: Experiment["metadata"]; spec: any }) => unknown;

function problemsAfter(change: Change, defaulted = true) {
  const experiment = validExperiment();
  change(experiment);
  return validateExperiment(defaulted ? applyDefaults(experiment) : experiment, context());
}

/** One row per rule of Katib behaviour 2.3: what is changed, and the path and words that must be reported. */
const rules: [rule: string, path: string, words: RegExp, change: Change][] = [
  ["1 name with capitals", "metadata.name", /small letter/, (e) => (e.metadata.name = "Tune_it")],
  ["1 name too long", "metadata.name", /at most 40/, (e) => (e.metadata.name = "a".repeat(41))],
  ["2 negative maxFailed", "spec.maxFailedTrialCount", /less than 0/, (e) => (e.spec.maxFailedTrialCount = -1)],
  ["3 zero maxTrial", "spec.maxTrialCount", /greater than 0/, (e) => (e.spec.maxTrialCount = 0)],
  ["4 zero parallel", "spec.parallelTrialCount", /greater than 0/, (e) => (e.spec.parallelTrialCount = 0)],
  ["5 maxFailed above max", "spec.maxFailedTrialCount", /less than or equal/, (e) => (e.spec.maxFailedTrialCount = 13)],
  ["6 parallel above max", "spec.parallelTrialCount", /less than or equal/, (e) => (e.spec.parallelTrialCount = 13)],
  ["10 objective missing", "spec.objective", /missing/, (e) => delete e.spec.objective],
  ["11 objective type", "spec.objective.type", /minimize/, (e) => (e.spec.objective.type = "maximise")],
  [
    "12 objective metric",
    "spec.objective.objectiveMetricName",
    /missing/,
    (e) => delete e.spec.objective.objectiveMetricName,
  ],
  [
    "13 objective among additional",
    "spec.objective.additionalMetricNames[0]",
    /already/,
    (e) => (e.spec.objective.additionalMetricNames = ["accuracy"]),
  ],
  ["14 algorithm missing", "spec.algorithm", /missing/, (e) => delete e.spec.algorithm],
  ["15 algorithm name empty", "spec.algorithm.algorithmName", /missing/, (e) => (e.spec.algorithm = {})],
  [
    "16 unknown algorithm",
    "spec.algorithm.algorithmName",
    /unknown algorithm/,
    (e) => (e.spec.algorithm.algorithmName = "gird"),
  ],
  ["17 rule name empty", "spec.earlyStopping.algorithmName", /missing/, (e) => (e.spec.earlyStopping = {})],
  [
    "18 unknown rule",
    "spec.earlyStopping.algorithmName",
    /unknown algorithm/,
    (e) => (e.spec.earlyStopping = { algorithmName: "mean" }),
  ],
  ["19 resume policy", "spec.resumePolicy", /not one of/, (e) => (e.spec.resumePolicy = "Always")],
  ["20 template missing", "spec.trialTemplate", /missing/, (e) => delete e.spec.trialTemplate],
  [
    "21 container name",
    "spec.trialTemplate.primaryContainerName",
    /missing/,
    (e) => delete e.spec.trialTemplate.primaryContainerName,
  ],
  [
    "22 conditions of an unknown kind",
    "spec.trialTemplate.successCondition",
    /no default/,
    (e) => (e.spec.trialTemplate.trialSpec.kind = "Workflow"),
  ],
  [
    "23 trialParameters absent",
    "spec.trialTemplate.trialParameters",
    /missing/,
    (e) => delete e.spec.trialTemplate.trialParameters,
  ],
  ["24 no source", "spec.trialTemplate.trialSpec", /neither/, (e) => delete e.spec.trialTemplate.trialSpec],
  [
    "25 both sources",
    "spec.trialTemplate",
    /only one/,
    (e) => (e.spec.trialTemplate.configMap = { configMapName: "a", configMapNamespace: "b", templatePath: "c" }),
  ],
  [
    "26 configMap incomplete",
    "spec.trialTemplate.configMap.templatePath",
    /missing/,
    (e) => (
      (e.spec.trialTemplate.configMap = { configMapName: "a", configMapNamespace: "b" }),
      delete e.spec.trialTemplate.trialSpec
    ),
  ],
  [
    "27 configMap not there",
    "spec.trialTemplate.configMap",
    /no ConfigMap/,
    (e) => (
      (e.spec.trialTemplate.configMap = { configMapName: "a", configMapNamespace: "b", templatePath: "c" }),
      delete e.spec.trialTemplate.trialSpec
    ),
  ],
  [
    "28 name empty",
    "spec.trialTemplate.trialParameters[0].name",
    /missing/,
    (e) => (e.spec.trialTemplate.trialParameters[0].name = ""),
  ],
  [
    "28 braces in name",
    "spec.trialTemplate.trialParameters[0].name",
    /\{ or \}/,
    (e) => (e.spec.trialTemplate.trialParameters[0].name = "{lr}"),
  ],
  [
    "29 duplicate name",
    "spec.trialTemplate.trialParameters[1].name",
    /twice/,
    (e) => (e.spec.trialTemplate.trialParameters[1].name = "lr"),
  ],
  [
    "30 duplicate reference",
    "spec.trialTemplate.trialParameters[1].reference",
    /twice/,
    (e) => (e.spec.trialTemplate.trialParameters[1].reference = "lr"),
  ],
  [
    "31 unknown reference",
    "spec.trialTemplate.trialParameters[1].reference",
    /no parameter "optimiser"/,
    (e) => (e.spec.trialTemplate.trialParameters[1].reference = "optimiser"),
  ],
  [
    "32 unused placeholder name",
    "spec.trialTemplate.trialParameters[2].name",
    /template has no/,
    (e) => e.spec.trialTemplate.trialParameters.push({ name: "n", reference: "${trialSpec.Name}" }),
  ],
  [
    "33 placeholder nobody fills",
    "spec.trialTemplate.trialSpec.spec.template.spec.containers[0].args[0]",
    /nothing fills/,
    (e) => (e.spec.trialTemplate.trialSpec.spec.template.spec.containers[0].args = ["${trialParameters.x}"]),
  ],
  [
    "35 template sets its name",
    "spec.trialTemplate.trialSpec.metadata.name",
    /is set by Qalam/,
    (e) => (e.spec.trialTemplate.trialSpec.metadata = { name: "x" }),
  ],
  ["36 no kind", "spec.trialTemplate.trialSpec.kind", /missing/, (e) => delete e.spec.trialTemplate.trialSpec.kind],
  [
    "37 unknown field of a Job",
    "spec.trialTemplate.trialSpec.spec.template.spec.containers[0].comand",
    /unknown field/,
    (e) => (e.spec.trialTemplate.trialSpec.spec.template.spec.containers[0].comand = ["x"]),
  ],
  [
    "37 wrong type in a Job",
    "spec.trialTemplate.trialSpec.spec.backoffLimit",
    /expected an integer/,
    (e) => (e.spec.trialTemplate.trialSpec.spec.backoffLimit = "three"),
  ],
  [
    "37 a text where a list is expected, with a placeholder",
    "spec.trialTemplate.trialSpec.spec.template.spec.containers[0].args",
    /expected a list/,
    (e) => (e.spec.trialTemplate.trialSpec.spec.template.spec.containers[0].args = "--lr=${trialParameters.lr}"),
  ],
  [
    "37 a placeholder where a number is expected",
    "spec.trialTemplate.trialSpec.spec.backoffLimit",
    /expected an integer.*texts in trialSpec/,
    (e) => (e.spec.trialTemplate.trialSpec.spec.backoffLimit = "${trialParameters.lr}"),
  ],
  [
    "37 no quantity",
    "spec.trialTemplate.trialSpec.spec.template.spec.containers[0].resources.limits[cpu]",
    /not a quantity.*500m/,
    (e) => (e.spec.trialTemplate.trialSpec.spec.template.spec.containers[0].resources = { limits: { cpu: "1x" } }),
  ],
  [
    "a Job in another version",
    "spec.trialTemplate.trialSpec.apiVersion",
    /batch\/v1$/,
    (e) => (e.spec.trialTemplate.trialSpec.apiVersion = "batch/v1beta1"),
  ],
  [
    "a Job that never ends",
    "spec.trialTemplate.trialSpec.spec.template.spec.restartPolicy",
    /Never and OnFailure only/,
    (e) => (e.spec.trialTemplate.trialSpec.spec.template.spec.restartPolicy = "Always"),
  ],
  [
    "two containers of one name",
    "spec.trialTemplate.trialSpec.spec.template.spec.containers[1].name",
    /there twice/,
    (e) => e.spec.trialTemplate.trialSpec.spec.template.spec.containers.push({ name: "main", image: "i" }),
  ],
  [
    "a mount of no volume",
    "spec.trialTemplate.trialSpec.spec.template.spec.containers[0].volumeMounts[0].name",
    /no volume.*did you mean "data"/,
    (e) => {
      const pod = e.spec.trialTemplate.trialSpec.spec.template.spec;
      pod.volumes = [{ name: "data", emptyDir: {} }];
      pod.containers[0].volumeMounts = [{ name: "date", mountPath: "/data" }];
    },
  ],
  [
    "a Pod without the primary container",
    "spec.trialTemplate.primaryContainerName",
    /it has main/,
    (e) => {
      const { template } = e.spec.trialTemplate.trialSpec.spec;
      e.spec.trialTemplate.trialSpec = { apiVersion: "v1", kind: "Pod", spec: template.spec };
      e.spec.trialTemplate.primaryContainerName = "trainer";
    },
  ],
  [
    "a label that the template has not",
    "spec.trialTemplate.trialParameters[2].reference",
    /metadata.labels has no "tier".*did you mean "tiers"/,
    (e) => {
      e.spec.trialTemplate.trialSpec.metadata = { labels: { tiers: "a" } };
      e.spec.trialTemplate.trialParameters.push({ name: "n", reference: "${trialSpec.Labels[tier]}" });
      e.spec.trialTemplate.trialSpec.spec.template.spec.containers[0].args = ["${trialParameters.n}"];
    },
  ],
  [
    "a number that Go does not read",
    "spec.parameters[0].feasibleSpace.max",
    /not a number/,
    (e) => (e.spec.parameters[0].feasibleSpace.max = "0x10"),
  ],
  [
    "more requested than the limit",
    "spec.trialTemplate.trialSpec.spec.template.spec.containers[0].resources.requests[cpu]",
    /more than the limit \(1500m\)/,
    (e) => {
      const resources = { requests: { cpu: 2, memory: "1Gi" }, limits: { cpu: "1500m" } };
      e.spec.trialTemplate.trialSpec.spec.template.spec.containers[0].resources = resources;
    },
  ],
  ["goal that is no number", "spec.objective.goal", /finite/, (e) => (e.spec.objective.goal = Number.NaN)],
  ["38 no search space", "spec.parameters", /neither/, (e) => delete e.spec.parameters],
  [
    "39 two search spaces",
    "spec.nasConfig",
    /only one/,
    (e) => (e.spec.nasConfig = { graphConfig: { numLayers: 1 }, operations: [] }),
  ],
  [
    "40 parameter type",
    "spec.parameters[0].parameterType",
    /not/,
    (e) => (e.spec.parameters[0].parameterType = "unknown"),
  ],
  [
    "41 distribution",
    "spec.parameters[0].feasibleSpace.distribution",
    /not/,
    (e) => (e.spec.parameters[0].feasibleSpace.distribution = "unknown"),
  ],
  [
    "42 no feasible space",
    "spec.parameters[0].feasibleSpace",
    /missing/,
    (e) => delete e.spec.parameters[0].feasibleSpace,
  ],
  [
    "42 categorical without list",
    "spec.parameters[1].feasibleSpace.list",
    /empty/,
    (e) => (e.spec.parameters[1].feasibleSpace = { list: [] }),
  ],
  [
    "43 list of a double",
    "spec.parameters[0].feasibleSpace.list",
    /not a list/,
    (e) => (e.spec.parameters[0].feasibleSpace.list = ["1"]),
  ],
  [
    "44 max missing",
    "spec.parameters[0].feasibleSpace.max",
    /missing/,
    (e) => delete e.spec.parameters[0].feasibleSpace.max,
  ],
  [
    "45 min of a list",
    "spec.parameters[1].feasibleSpace.min",
    /not min/,
    (e) => (e.spec.parameters[1].feasibleSpace.min = "1"),
  ],
  [
    "47 collector kind",
    "spec.metricsCollectorSpec.collector.kind",
    /not one of/,
    (e) => (e.spec.metricsCollectorSpec = { collector: { kind: "Stdout" } }),
  ],
  [
    "48 relative file",
    "spec.metricsCollectorSpec.source.fileSystemPath.path",
    /absolute/,
    (e) =>
      (e.spec.metricsCollectorSpec = { collector: { kind: "File" }, source: { fileSystemPath: { path: "a.log" } } }),
  ],
  [
    "50 filter with JSON",
    "spec.metricsCollectorSpec.source.filter",
    /no filter/,
    (e) =>
      (e.spec.metricsCollectorSpec = {
        collector: { kind: "File" },
        source: { fileSystemPath: { format: "JSON" }, filter: { metricsFormat: ["(a)=(b)"] } },
      }),
  ],
  [
    "52 format of event files",
    "spec.metricsCollectorSpec.source.fileSystemPath.format",
    /one format/,
    (e) =>
      (e.spec.metricsCollectorSpec = {
        collector: { kind: "TensorFlowEvent" },
        source: { fileSystemPath: { format: "TEXT" } },
      }),
  ],
  [
    "53 named port",
    "spec.metricsCollectorSpec.source.httpGet.port",
    /port number/,
    (e) =>
      (e.spec.metricsCollectorSpec = {
        collector: { kind: "PrometheusMetric" },
        source: { httpGet: { port: "http" } },
      }),
  ],
  [
    "54 route",
    "spec.metricsCollectorSpec.source.httpGet.path",
    /begin with/,
    (e) =>
      (e.spec.metricsCollectorSpec = {
        collector: { kind: "PrometheusMetric" },
        source: { httpGet: { port: 80, path: "metrics" } },
      }),
  ],
  [
    "55 custom without container",
    "spec.metricsCollectorSpec.collector.customCollector",
    /needs a container/,
    (e) => (e.spec.metricsCollectorSpec = { collector: { kind: "Custom" } }),
  ],
  [
    "57 bad expression",
    "spec.metricsCollectorSpec.source.filter.metricsFormat[0]",
    /regular expression/,
    (e) =>
      (e.spec.metricsCollectorSpec = {
        collector: { kind: "StdOut" },
        source: { filter: { metricsFormat: ["(?=a)(b)(c)"] } },
      }),
  ],
  [
    "58 one group",
    "spec.metricsCollectorSpec.source.filter.metricsFormat[0]",
    /two are needed/,
    (e) =>
      (e.spec.metricsCollectorSpec = {
        collector: { kind: "StdOut" },
        source: { filter: { metricsFormat: ["loss=(.*)"] } },
      }),
  ],
  [
    "min above max",
    "spec.parameters[0].feasibleSpace.max",
    /below min/,
    (e) => (e.spec.parameters[0].feasibleSpace.max = "0.001"),
  ],
  [
    "not a number",
    "spec.parameters[0].feasibleSpace.min",
    /not a number/,
    (e) => (e.spec.parameters[0].feasibleSpace.min = "a lot"),
  ],
  [
    "negative step",
    "spec.parameters[0].feasibleSpace.step",
    /above zero/,
    (e) => (e.spec.parameters[0].feasibleSpace.step = "-1"),
  ],
  [
    "log of a negative range",
    "spec.parameters[0].feasibleSpace.min",
    /above zero/,
    (e) => (e.spec.parameters[0].feasibleSpace = { min: "-1", max: "1", distribution: "logUniform" }),
  ],
  ["duplicate parameter", "spec.parameters[2].name", /twice/, (e) => e.spec.parameters.push(e.spec.parameters[0])],
  [
    "discrete word",
    "spec.parameters[1].feasibleSpace.list[0]",
    /are numbers/,
    (e) => (e.spec.parameters[1].parameterType = "discrete"),
  ],
  [
    "parameter nobody uses",
    "spec.parameters[2].name",
    /no trialParameter/,
    (e) => e.spec.parameters.push({ name: "x", parameterType: "int", feasibleSpace: { min: "1", max: "2" } }),
  ],
  [
    "container not in template",
    "spec.trialTemplate.primaryContainerName",
    /no container of that name/,
    (e) => (e.spec.trialTemplate.primaryContainerName = "trainer"),
  ],
  [
    "condition on an unknown parameter",
    "spec.parameters[1].activeWhen[0].parameter",
    /not a parameter/,
    (e) => (e.spec.parameters[1].activeWhen = [{ parameter: "nope", values: ["a"] }]),
  ],
  [
    "constraint that is none",
    "spec.parameterConstraints[0]",
    /linear inequality/,
    (e) => (e.spec.parameterConstraints = ["lr is small"]),
  ],
  ["duration", "spec.maxDuration", /duration/, (e) => (e.spec.maxDuration = "soon")],
  ["unknown field", "spec.paralelTrialCount", /unknown field/, (e) => (e.spec.paralelTrialCount = 4)],
];

describe("validateExperiment", () => {
  it("accepts a valid experiment", () => expect(problemsAfter(() => {})).toEqual([]));

  it.each(rules)("%s", (_rule, path, words, change) => {
    const found = problemsAfter(change).filter((problem) => problem.path === path);
    expect(found.map(({ problem, hint }) => `${problem} ${hint ?? ""}`).join("\n")).toMatch(words);
  });

  it("says what was probably meant", () => {
    expect(problemsAfter((e) => (e.spec.algorithm.algorithmName = "gird"))[0]?.hint).toBe('did you mean "grid"?');
    expect(problemsAfter((e) => (e.spec.paralelTrialCount = 4))[0]?.hint).toBe('did you mean "parallelTrialCount"?');
  });

  it("tells a fault once that the schema and a rule both see", () => {
    const found = problemsAfter((e) => {
      e.spec.parameters[0].parameterType = "doubel";
      e.spec.parameters[1].feasibleSpace.distribution = "uniformly";
      e.metadata.name = "Tune_".repeat(10);
    }).map(({ path }) => path);
    expect(found.filter((path) => path.endsWith("parameterType"))).toHaveLength(1);
    expect(found.filter((path) => path.endsWith("distribution"))).toHaveLength(1);
    expect(found.filter((path) => path === "metadata.name")).toHaveLength(2);
  });

  it("does not call a list empty whose items are of the wrong type", () => {
    const found = problemsAfter((e) => (e.spec.parameters[1].feasibleSpace.list = [1, true]));
    expect(found.map(({ path }) => path)).toEqual([
      "spec.parameters[1].feasibleSpace.list[0]",
      "spec.parameters[1].feasibleSpace.list[1]",
    ]);
  });

  it("takes an empty text for no value where there is a default", () =>
    expect(
      problemsAfter((e) => {
        e.spec.resumePolicy = "";
        e.spec.parameters[0].feasibleSpace.distribution = "";
        e.spec.metricsCollectorSpec = {
          collector: { kind: "File" },
          source: { fileSystemPath: { path: "", kind: "", format: "" } },
        };
      }),
    ).toEqual([]));

  it("lets a placeholder of a ConfigMap's template stand for a number, and for no list", () => {
    const template = validExperiment().spec.trialTemplate?.trialSpec as { spec: Record<string, unknown> };
    const text = (changes: object) => JSON.stringify({ ...template, spec: { ...template.spec, ...changes } });
    const unquoted = (source: string) => source.replace(/"(\$\{trialParameters.\w+\})"/g, "$1");
    const problems = (source: string) => {
      const { spec, ...rest } = validExperiment();
      const { trialSpec: _, ...trialTemplate } = spec.trialTemplate ?? {};
      const configMap = { configMapName: "m", configMapNamespace: "default", templatePath: "job" };
      const conditions = { successCondition: "a", failureCondition: "b" };
      const experiment = { ...rest, spec: { ...spec, trialTemplate: { ...trialTemplate, ...conditions, configMap } } };
      const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m", namespace: "default" } };
      return validateExperiment(applyDefaults(experiment), context([{ ...map, data: { job: source } }]));
    };
    expect(problems(unquoted(text({ backoffLimit: "${trialParameters.lr}" })))).toEqual([]);
    expect(problems(text({ template: "${trialParameters.lr}" })).map(({ problem }) => problem)).toContainEqual(
      expect.stringContaining("expected an object"),
    );
  });

  it("lets a placeholder stand for a quantity", () =>
    expect(
      problemsAfter((e) => {
        const { template } = e.spec.trialTemplate.trialSpec.spec;
        template.spec.containers[0].resources = { limits: { cpu: "${trialParameters.lr}" } };
      }),
    ).toEqual([]));

  it("reports faults of all kinds at once", () => {
    const paths = problemsAfter((e) => {
      e.spec.maxTrialCount = "many";
      e.spec.algorithm.algorithmName = "gird";
      e.spec.parameters[0].feasibleSpace.max = 0.5;
      e.spec.objective.objectiveMetricName = "";
    }).map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        "spec.maxTrialCount",
        "spec.algorithm.algorithmName",
        "spec.parameters[0].feasibleSpace.max",
        "spec.objective.objectiveMetricName",
      ]),
    );
  });

  it("never throws, whatever stands in a spec", () =>
    fc.assert(
      fc.property(
        fc.constantFrom(
          "objective",
          "algorithm",
          "parameters",
          "trialTemplate",
          "metricsCollectorSpec",
          "nasConfig",
          "earlyStopping",
          "initialTrials",
        ),
        fc.jsonValue(),
        (field, value) => {
          const problems = problemsAfter((e) => (e.spec[field] = value));
          expect(Array.isArray(problems)).toBe(true);
        },
      ),
      { seed: 7 },
    ));
});

describe("applyDefaults", () => {
  it("fills strategies by the direction of the objective, for additional metrics too (Katib behaviour 1.3)", () => {
    expect(applyDefaults(validExperiment()).spec.objective?.metricStrategies).toEqual([
      { name: "accuracy", value: "max" },
      { name: "loss", value: "max" },
    ]);
  });

  it.each([
    [undefined, 3],
    [1, 1],
    [2, 2],
    [50, 3],
  ])("maxTrialCount %s gives parallelTrialCount %i", (max, parallel) => {
    const experiment = validExperiment();
    delete experiment.spec.parallelTrialCount;
    if (max === undefined) delete experiment.spec.maxTrialCount;
    else experiment.spec.maxTrialCount = max;
    expect(applyDefaults(experiment).spec.parallelTrialCount).toBe(parallel);
  });

  it("changes nothing the second time", () => {
    const once = applyDefaults(validExperiment());
    expect(applyDefaults(once)).toEqual(once);
  });
});
