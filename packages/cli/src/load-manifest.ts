import { styleText } from "node:util";
import {
  type AlgorithmCatalogue,
  applyDefaults,
  builtInSchemaProblems,
  CONFIG_MAP,
  didYouMean,
  EXPERIMENT,
  type Experiment,
  type FieldProblem,
  KINDS,
  type KubeObject,
  kindOf,
  locateProblems,
  type Manifest,
  parseManifest,
  reportProblems,
  type StoredConfigMap,
  validateExperiment,
} from "@qalam/api";
import type { ResourceStore } from "@qalam/store";
import { catalogueWith } from "./catalogue.ts";
import { CommandError } from "./command-error.ts";
import type { ManifestText } from "./manifest-files.ts";

/** Kinds that trials can run on a laptop. */
export const TRIAL_KINDS: readonly string[] = ["Job", "Pod"];
/** Problems are said on standard error, which may go elsewhere than the results. */
const shownOn = { stream: process.stderr };

/** Collectors that are built. */
export const COLLECTORS: readonly string[] = [
  "StdOut",
  "File",
  "TensorFlowEvent",
  "PrometheusMetric",
  "Custom",
  "Push",
  "None",
];

/**
 * Parses and checks manifests: ConfigMaps first, as experiments may name them. @param store finds ConfigMaps applied earlier
 * @param external names of algorithms that run elsewhere
 * @throws CommandError with every problem of every file
 */
export async function loadManifests(
  texts: readonly ManifestText[],
  namespace: string | undefined,
  store: Pick<ResourceStore, "list"> | undefined,
  external: Iterable<string> = [],
): Promise<KubeObject[]> {
  const manifests = texts.map(({ text, file }) => parseManifest(text, file));
  for (const { objects } of manifests) for (const { object } of objects) defaultNamespace(object, namespace);
  const names = new Set<string>();
  const maps = manifests
    .flatMap(({ objects }) => objects)
    .map(({ object }) => object)
    .filter((object): object is StoredConfigMap => object.kind === "ConfigMap");
  const stored = store === undefined ? [] : (await store.list(CONFIG_MAP)).items;
  const configMap = (inNamespace: string, name: string) =>
    [...maps, ...stored].find(({ metadata }) => metadata.name === name && metadata.namespace === inNamespace);
  const reports = manifests
    .map((manifest) => problemsOf(manifest, configMap, catalogueWith(external), names))
    .filter((report) => report !== undefined);
  if (reports.length > 0) throw new CommandError(reports.join("\n\n"));
  const objects = manifests.flatMap((manifest) => manifest.objects.map(({ object }) => object));
  return objects.sort((a, b) => Number(a.kind === EXPERIMENT.kind) - Number(b.kind === EXPERIMENT.kind));
}

/** True of the problem that only the data directory can settle: a ConfigMap that was applied before is not in the files. */
export function asksForConfigMap(error: unknown): boolean {
  return error instanceof CommandError && /there is no ConfigMap/.test(error.message);
}

function problemsOf(
  manifest: Manifest,
  configMap: (namespace: string, name: string) => StoredConfigMap | undefined,
  catalogue: AlgorithmCatalogue,
  names: Set<string>,
): string | undefined {
  const problems = manifest.objects.map(({ object }) => [
    ...objectProblems(object, configMap, catalogue),
    ...repeatedName(object, names),
  ]);
  const located = locateProblems(manifest, problems);
  if (located.length === 0) return undefined;
  return reportProblems(located, {
    heading: (text) => styleText("bold", text, shownOn),
    mark: (text) => styleText("red", text, shownOn),
    hint: (text) => styleText("cyan", text, shownOn),
  });
}

function objectProblems(
  object: KubeObject,
  configMap: (namespace: string, name: string) => StoredConfigMap | undefined,
  catalogue: AlgorithmCatalogue,
): FieldProblem[] {
  const kind = kindOf(object);
  if (kind === undefined)
    return [
      {
        path: "kind",
        reason: "FieldValueNotSupported",
        value: object.kind,
        problem: `there is no kind ${object.kind} in ${object.apiVersion}`,
        hint:
          didYouMean(
            object.kind,
            KINDS.map((one) => one.kind),
          ) ??
          `known are ${KINDS.map((one) => `${one.kind} (${one.group === "" ? "" : `${one.group}/`}${one.version})`).join(", ")}`,
      },
    ];
  if (kind.kind === EXPERIMENT.kind)
    return validateExperiment(applyDefaults(object as Experiment), {
      catalogue,
      configMap,
      trialKinds: TRIAL_KINDS,
      collectorKinds: COLLECTORS,
    });
  const structure =
    kind.group === EXPERIMENT.group
      ? []
      : builtInSchemaProblems(object, `${kind.group === "" ? "core" : kind.group}/${kind.version}.${kind.kind}`);
  return object.metadata?.name
    ? structure
    : [
        ...structure,
        { path: "metadata.name", reason: "FieldValueRequired", problem: "is missing", hint: "give the object a name" },
      ];
}

/** Two objects of one name would be applied over each other. @param names what has been seen, added to */
function repeatedName({ kind, metadata }: KubeObject, names: Set<string>): FieldProblem[] {
  if (!metadata.name) return [];
  const key = `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
  if (names.size === names.add(key).size)
    return [
      {
        path: "metadata.name",
        reason: "FieldValueDuplicate",
        value: metadata.name,
        problem: `there is a ${kind} of this name before`,
        hint: "give each a name of its own",
      },
    ];
  return [];
}

function defaultNamespace(object: KubeObject, namespace: string | undefined): void {
  if (typeof object.metadata !== "object" || object.metadata === null) object.metadata = { name: "" };
  if (kindOf(object)?.namespaced === true)
    object.metadata.namespace = namespace ?? object.metadata.namespace ?? "default";
}
