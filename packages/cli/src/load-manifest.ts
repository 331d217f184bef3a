import { readFileSync } from "node:fs";
import { styleText } from "node:util";
import {
  type AlgorithmCatalogue,
  applyDefaults,
  CONFIG_MAP,
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

/** Kinds that trials can run on a laptop. */
export const TRIAL_KINDS: readonly string[] = ["Job", "Pod"];
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
 * Reads and checks manifests: ConfigMaps first, as experiments may name them. @param store finds ConfigMaps applied earlier
 * @param external names of algorithms that run elsewhere
 * @throws CommandError with every problem of every file
 */
export async function loadManifests(
  files: readonly string[],
  namespace: string | undefined,
  store: Pick<ResourceStore, "list"> | undefined,
  external: Iterable<string> = [],
): Promise<KubeObject[]> {
  const manifests = files.map((file) => parseManifest(readText(file), file));
  for (const { objects } of manifests) for (const { object } of objects) defaultNamespace(object, namespace);
  const maps = manifests
    .flatMap(({ objects }) => objects)
    .map(({ object }) => object)
    .filter((object): object is StoredConfigMap => object.kind === "ConfigMap");
  const stored = store === undefined ? [] : (await store.list(CONFIG_MAP)).items;
  const configMap = (inNamespace: string, name: string) =>
    [...maps, ...stored].find(({ metadata }) => metadata.name === name && metadata.namespace === inNamespace);
  const reports = manifests
    .map((manifest) => problemsOf(manifest, configMap, catalogueWith(external)))
    .filter((report) => report !== undefined);
  if (reports.length > 0) throw new CommandError(reports.join("\n\n"));
  const objects = manifests.flatMap((manifest) => manifest.objects.map(({ object }) => object));
  return objects.sort((a, b) => Number(a.kind === EXPERIMENT.kind) - Number(b.kind === EXPERIMENT.kind));
}

function problemsOf(
  manifest: Manifest,
  configMap: (namespace: string, name: string) => StoredConfigMap | undefined,
  catalogue: AlgorithmCatalogue,
): string | undefined {
  const problems = manifest.objects.map(({ object }) => objectProblems(object, configMap, catalogue));
  const located = locateProblems(manifest, problems);
  if (located.length === 0) return undefined;
  return reportProblems(located, {
    heading: (text) => styleText("bold", text),
    mark: (text) => styleText("red", text),
    hint: (text) => styleText("cyan", text),
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
        hint: `known are ${KINDS.map((one) => `${one.kind} (${one.group === "" ? "" : `${one.group}/`}${one.version})`).join(", ")}`,
      },
    ];
  if (kind.kind === EXPERIMENT.kind)
    return validateExperiment(applyDefaults(object as Experiment), {
      catalogue,
      configMap,
      trialKinds: TRIAL_KINDS,
      collectorKinds: COLLECTORS,
    });
  return object.metadata?.name
    ? []
    : [{ path: "metadata.name", reason: "FieldValueRequired", problem: "is missing", hint: "give the object a name" }];
}

function defaultNamespace(object: KubeObject, namespace: string | undefined): void {
  if (typeof object.metadata !== "object" || object.metadata === null) object.metadata = { name: "" };
  if (kindOf(object)?.namespaced === true)
    object.metadata.namespace = namespace ?? object.metadata.namespace ?? "default";
}

function readText(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new CommandError(
      `cannot read ${file}: ${(error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : (error as Error).message}`,
    );
  }
}
