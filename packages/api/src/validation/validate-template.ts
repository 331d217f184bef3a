import { isBalanced } from "../gjson-text.ts";
import { JOB_KIND_DEFAULTS } from "../job-kinds.ts";
import { didYouMean } from "../nearest.ts";
import type { Experiment, TemplateObject, TrialTemplate } from "../resources/experiment.ts";
import { isMetadataReference, missingMetadata, PLACEHOLDER, TemplateError, templateHeader } from "../trial-template.ts";
import type { ValidationContext } from "./catalogue.ts";
import type { Problems } from "./problems.ts";
import { findRunnable, runnableVersion, validateRunnable } from "./validate-runnable.ts";

const at = "spec.trialTemplate";

/** Rules 20–37 of Katib behaviour 2.3, and that every parameter of the search space is used (4.2). */
export function validateTemplate(experiment: Experiment, context: ValidationContext, problems: Problems): void {
  const template = experiment.spec.trialTemplate;
  if (template === undefined)
    return problems.required(at, "is missing", "say what runs one trial: trialSpec with a Job");
  if (!template.primaryContainerName)
    problems.required(
      `${at}.primaryContainerName`,
      "is missing",
      "name the container that trains and prints the metrics",
    );
  const source = templateSource(template, context, problems);
  if (source === undefined) return;
  validateJobConditions(template, problems);
  const text = typeof source === "string" ? source : JSON.stringify(source);
  validateTrialParameters(experiment, text, problems);
  validatePlaceholders(template, source, problems);
  const object = typeof source === "string" ? parsedTemplate(source, problems) : source;
  if (object === undefined) return;
  validateReferences(object, template, problems);
  validateObject(object, template, typeof source !== "string", context, problems);
}

/** Rule 22, and that the expressions can be read. */
function validateJobConditions(template: TrialTemplate, problems: Problems): void {
  for (const key of ["successCondition", "failureCondition"] as const) {
    const expression = template[key];
    if (!expression)
      problems.required(
        `${at}.${key}`,
        `this kind of job has no default ${key}`,
        `write a GJSON expression, for example ${exampleCondition(template, key)}`,
      );
    else if (!isBalanced(expression))
      problems.invalid(`${at}.${key}`, expression, "is not a GJSON expression: a bracket or quote is not closed");
  }
}

function exampleCondition({ trialSpec }: TrialTemplate, key: "successCondition" | "failureCondition"): string {
  return trialSpec?.kind === "Pod"
    ? `status.[@this].#(phase=="${key === "successCondition" ? "Succeeded" : "Failed"}")#`
    : (JOB_KIND_DEFAULTS.Job?.[key] ?? "");
}

/** Rules 24–27. @returns the object, or the text of a ConfigMap's key */
function templateSource(
  template: TrialTemplate,
  { configMap }: ValidationContext,
  problems: Problems,
): TemplateObject | string | undefined {
  if (template.trialSpec === undefined && template.configMap === undefined) {
    problems.required(
      `${at}.trialSpec`,
      "neither trialSpec nor configMap is given",
      "write the Job of one trial under trialSpec",
    );
    return undefined;
  }
  if (template.trialSpec !== undefined && template.configMap !== undefined) {
    problems.required(at, "only one of trialSpec and configMap can be given");
    return undefined;
  }
  if (template.trialSpec !== undefined) return template.trialSpec;
  const { configMapName = "", configMapNamespace = "", templatePath = "" } = template.configMap ?? {};
  for (const [key, value] of Object.entries({ configMapName, configMapNamespace, templatePath }))
    if (value === "") problems.required(`${at}.configMap.${key}`, "is missing");
  if (configMapName === "" || configMapNamespace === "" || templatePath === "") return undefined;
  const found = configMap(configMapNamespace, configMapName);
  const text = found?.data?.[templatePath];
  if (found === undefined)
    problems.invalid(
      `${at}.configMap`,
      configMapName,
      `there is no ConfigMap ${configMapNamespace}/${configMapName}`,
      "apply it first, or in the same file",
    );
  else if (text === undefined)
    problems.invalid(
      `${at}.configMap.templatePath`,
      templatePath,
      `ConfigMap ${configMapName} has no key "${templatePath}"`,
      didYouMean(templatePath, Object.keys(found.data ?? {})) ?? `keys: ${Object.keys(found.data ?? {}).join(", ")}`,
    );
  return text;
}

/** Rules 23, 28–33 and 4.2. */
function validateTrialParameters({ spec }: Experiment, text: string, problems: Problems): void {
  const list = spec.trialTemplate?.trialParameters;
  if (list === undefined)
    return problems.required(
      `${at}.trialParameters`,
      "is missing",
      "list the placeholders of the template, or write []",
    );
  const searched = (spec.parameters ?? []).map(({ name }) => name ?? "");
  const placeholders = new Set([...text.matchAll(PLACEHOLDER)].map(([, name = ""]) => name));
  list.forEach(({ name = "", reference = "" }, i) => {
    const path = `${at}.trialParameters[${i}]`;
    if (name === "") problems.required(`${path}.name`, "is missing");
    if (reference === "") problems.required(`${path}.reference`, "is missing", "name a parameter of the search space");
    if (/[{}]/.test(name)) problems.invalid(`${path}.name`, name, "must not contain { or }");
    const earlier = list.slice(0, i);
    if (name !== "" && earlier.some((one) => one.name === name)) problems.duplicate(`${path}.name`, name);
    if (reference !== "" && earlier.some((one) => one.reference === reference))
      problems.duplicate(`${path}.reference`, reference);
    if (reference !== "" && searched.length > 0 && !isMetadataReference(reference) && !searched.includes(reference)) {
      problems.invalid(
        `${path}.reference`,
        reference,
        `there is no parameter "${reference}"`,
        reference.startsWith("${")
          ? "of the trial there are ${trialSpec.Name}, Namespace, Kind, APIVersion, Labels[key] and Annotations[key]"
          : (didYouMean(reference, searched) ?? `parameters are: ${searched.join(", ")}`),
      );
    }
    if (name !== "" && !placeholders.has(name))
      problems.invalid(
        `${path}.name`,
        name,
        `the template has no \${trialParameters.${name}}`,
        didYouMean(name, placeholders) ?? "use it in the template or remove it",
      );
  });
  const referenced = new Set(list.map(({ reference }) => reference));
  for (const [i, name] of searched.entries())
    if (name !== "" && !referenced.has(name))
      problems.invalid(
        `spec.parameters[${i}].name`,
        name,
        "no trialParameter refers to this parameter",
        `add { name: ${name}, reference: ${name} } to spec.trialTemplate.trialParameters and use it in the template`,
      );
}

/** Labels and annotations that trialParameters refer to are there (Katib behaviour 4.2): else no trial could be made. */
function validateReferences(object: TemplateObject, { trialParameters = [] }: TrialTemplate, problems: Problems): void {
  for (const [i, { reference = "" }] of trialParameters.entries()) {
    const missing = missingMetadata(reference, object);
    if (missing === undefined) continue;
    const { map, key, keys } = missing;
    problems.invalid(
      `${at}.trialParameters[${i}].reference`,
      reference,
      `the template's metadata.${map} has no ${JSON.stringify(key)}`,
      didYouMean(key, keys) ?? `add it to the template's metadata.${map}`,
    );
  }
}

/** Rule 33: every placeholder is filled. */
function validatePlaceholders(template: TrialTemplate, source: TemplateObject | string, problems: Problems): void {
  if (template.trialParameters === undefined) return;
  const named = template.trialParameters.map(({ name = "" }) => name);
  const places = textsOf(source, typeof source === "string" ? `${at}.configMap` : `${at}.trialSpec`);
  const told = new Set(named);
  for (const [path, text] of places)
    for (const [placeholder, name = ""] of text.matchAll(PLACEHOLDER)) {
      if (!told.has(name))
        problems.invalid(
          path,
          placeholder,
          "nothing fills this placeholder",
          didYouMean(name, named) ?? `add { name: ${name}, reference: <a parameter> } to ${at}.trialParameters`,
        );
      told.add(name);
    }
}

/** Every text of an object with its path, keys included. */
function* textsOf(value: unknown, path: string): Generator<[path: string, text: string]> {
  if (typeof value === "string") yield [path, value];
  else if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* textsOf(item, `${path}[${i}]`);
  else if (typeof value === "object" && value !== null)
    for (const [key, item] of Object.entries(value)) {
      const below = /^[\w-]+$/.test(key) ? `${path}.${key}` : `${path}[${key}]`;
      yield [below, key];
      yield* textsOf(item, below);
    }
}

/** Rule 34. */
function parsedTemplate(text: string, problems: Problems): TemplateObject | undefined {
  try {
    return templateHeader(text);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    problems.invalid(`${at}.configMap`, undefined, error.message);
    return undefined;
  }
}

/** Rules 35–37. */
function validateObject(
  object: TemplateObject,
  template: TrialTemplate,
  isInline: boolean,
  { trialKinds }: ValidationContext,
  problems: Problems,
): void {
  const path = isInline ? `${at}.trialSpec` : at;
  for (const key of ["name", "namespace"])
    if (object.metadata?.[key] !== undefined)
      problems.invalid(`${path}.metadata.${key}`, object.metadata[key], "is set by Qalam for each trial", "remove it");
  if (!object.apiVersion) problems.required(`${path}.apiVersion`, "is missing", "for a Job: batch/v1");
  if (!object.kind) problems.required(`${path}.kind`, "is missing", "for example Job");
  const runnable = findRunnable(object);
  const { primaryContainerName: primary } = template;
  if (runnable !== undefined) {
    const places = { path, primaryPath: `${at}.primaryContainerName`, ...(primary !== undefined && { primary }) };
    validateRunnable(object, runnable, places, problems);
  } else if (trialKinds === undefined) return;
  else if (object.apiVersion && object.kind !== undefined && trialKinds.includes(object.kind)) {
    const version = runnableVersion(object.kind);
    problems.unsupported(
      `${path}.apiVersion`,
      object.apiVersion,
      `there is no ${object.kind} in this version here`,
      `write apiVersion: ${version}`,
    );
  } else if (object.kind !== undefined && !trialKinds.includes(object.kind)) {
    problems.unsupported(
      `${path}.kind`,
      object.kind,
      `this home runs ${trialKinds.join(" and ")} only`,
      "run it on a cluster that has this kind, or use a Job",
    );
  }
}
