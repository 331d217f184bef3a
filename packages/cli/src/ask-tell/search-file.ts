import { readFileSync } from "node:fs";
import { didYouMean, EXPERIMENT, type Experiment, type ExperimentSpec, validateExperiment } from "@qalam/api";
import { type CheckedOptions, samplerOptions } from "@qalam/controllers";
import { parse } from "yaml";
import { catalogue } from "../catalogue.ts";
import { CommandError } from "../command-error.ts";

/** What a search is: the parts of an Experiment that an algorithm sees. */
export interface Search {
  readonly spec: ExperimentSpec;
  readonly algorithm: NonNullable<CheckedOptions["algorithm"]>;
  readonly options: CheckedOptions["options"];
}

/** Fields that a search takes over from an Experiment's spec. */
const FIELDS = [
  "parameters",
  "objective",
  "algorithm",
  "parameterConstraints",
  "initialTrials",
  "maxTrialCount",
  "parallelTrialCount",
] as const;
/** Anchors may be expanded this often. */
const MAX_ALIASES = 100;

type Plain = Record<string, unknown>;

/**
 * Reads `--space`: a list of parameters, a mapping with the fields of an Experiment's spec, or a whole Experiment, in YAML or JSON. Numbers may stand where an
 * Experiment wants text. @param flags what the command line says overrides the file
 * @throws CommandError with everything that is wrong
 */
export function readSearch(
  file: string,
  flags: {
    readonly algorithm?: string;
    readonly settings: readonly string[];
    readonly objectives: readonly string[];
  },
): Search {
  const spec = specOf(contentOf(file), file, flags);
  const experiment = {
    apiVersion: `${EXPERIMENT.group}/${EXPERIMENT.version}`,
    kind: EXPERIMENT.kind,
    metadata: { name: "search", namespace: "default" },
    spec,
  } as Experiment;
  const problems = validateExperiment(experiment, { catalogue, configMap: () => undefined }).filter(({ path }) =>
    FIELDS.some((field) => path === `spec.${field}` || new RegExp(`^spec\\.${field}[.[]`).test(path)),
  );
  if (problems.length > 0)
    throw new CommandError(
      problems
        .map(
          ({ path, problem, hint }) => `${file}: ${path.slice(5)}: ${problem}${hint === undefined ? "" : `; ${hint}`}`,
        )
        .join("\n"),
    );
  const { algorithm, options, problems: others } = samplerOptions(experiment);
  if (algorithm === undefined || others.length > 0) throw new CommandError(`${file}: ${others.join("; ")}`);
  return { spec, algorithm, options };
}

function contentOf(file: string): unknown {
  try {
    return parse(readFileSync(file === "-" ? 0 : file, "utf8"), { maxAliasCount: MAX_ALIASES });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CommandError(
      code === "ENOENT" ? `cannot read ${file}: no such file` : `${file}: ${message.split("\n")[0]}`,
    );
  }
}

function specOf(
  content: unknown,
  file: string,
  { algorithm, settings, objectives }: Parameters<typeof readSearch>[1],
): ExperimentSpec {
  const given = Array.isArray(content) ? { parameters: content } : content;
  if (!isPlain(given))
    throw new CommandError(`${file}: expected a list of parameters, or a mapping with ${FIELDS.join(", ")}`);
  const isExperiment = isPlain(given.spec);
  const fields = isExperiment ? (given.spec as Plain) : given;
  const unknown = isExperiment ? [] : Object.keys(fields).filter((key) => !isField(key));
  if (unknown.length > 0)
    throw new CommandError(
      unknown
        .map((key) => `${file}: unknown field "${key}"; ${didYouMean(key, FIELDS) ?? `there are ${FIELDS.join(", ")}`}`)
        .join("\n"),
    );
  const kept = Object.fromEntries(Object.entries(fields).filter(([key]) => isField(key)));
  return {
    ...kept,
    parameters: asTexts(kept.parameters),
    initialTrials: asTexts(kept.initialTrials),
    objective: objectiveOf(objectives.length > 0 ? [...objectives] : kept.objective),
    algorithm: algorithmOf(kept.algorithm, algorithm, settings),
  } as ExperimentSpec;
}

function isField(key: string): boolean {
  return (FIELDS as readonly string[]).includes(key);
}

/** Numbers and truth values as text, as an Experiment has them. */
function asTexts(value: unknown): unknown {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.map(asTexts);
  if (isPlain(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asTexts(one)]));
  return value;
}

/** An Experiment's objective, a direction or a list of directions. Metrics need no names here. */
function objectiveOf(given: unknown): unknown {
  const directions = typeof given === "string" ? [given] : given;
  const [main, ...others]: unknown[] = Array.isArray(directions)
    ? directions.map((type) => ({ type }))
    : [directions ?? {}];
  if (!isPlain(main)) return main;
  const additional = others.length > 0 ? others : main.additionalObjectives;
  return {
    type: "minimize",
    objectiveMetricName: "value",
    ...main,
    ...(Array.isArray(additional) && {
      additionalObjectives: additional.map((one, i) =>
        isPlain(one) ? { objectiveMetricName: `value-${i + 2}`, ...one } : one,
      ),
    }),
  };
}

function algorithmOf(given: unknown, name: string | undefined, settings: readonly string[]): unknown {
  if (given !== undefined && !isPlain(given)) return given;
  const own = given?.algorithmSettings;
  const listed = isPlain(own) ? Object.entries(own).map(([key, value]) => ({ name: key, value })) : own;
  const named = settings.map((text) => {
    const at = text.indexOf("=");
    if (at < 1) throw new CommandError(`--setting ${text}: expected NAME=VALUE, for example random_state=7`);
    return { name: text.slice(0, at), value: text.slice(at + 1) };
  });
  const kept = Array.isArray(listed) ? listed.filter((one) => !named.some((other) => other.name === one?.name)) : [];
  return {
    ...given,
    ...(name !== undefined && { algorithmName: name }),
    algorithmSettings: asTexts(listed === undefined || Array.isArray(listed) ? [...kept, ...named] : listed),
  };
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
