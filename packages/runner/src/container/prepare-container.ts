import { existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import {
  parseQuantity,
  type StoredPod,
  TRIAL_LABEL,
  TRIAL_NAME_ENV,
  type Trial,
  WORKING_DIRECTORY_ANNOTATION,
} from "@qalam/api";
import type { Container } from "kubernetes-types/core/v1.js";
import { metricEnvironment } from "../metrics/metric-environment.ts";
import { amountOf, GPU, type Grant } from "../resources/resource-scheduler.ts";
import type { RunnerContext } from "../runner-context.ts";
import { containerEnvironment } from "./container-environment.ts";
import { ContainerConfigError, ContainerStartError } from "./container-errors.ts";
import { containerMappings, metricsMapping } from "./container-mappings.ts";
import type { ContainerCommand } from "./container-run.ts";
import { expandVariables } from "./expand-variables.ts";
import { findCommand } from "./find-command.ts";
import { mapPaths, type PathMapping } from "./path-mapping.ts";

export interface PreparationInput {
  readonly container: Container;
  readonly pod: StoredPod;
  /** The trial the pod runs for. */
  readonly trial: Trial | undefined;
  /** True when the trial's metrics come from this container. */
  readonly isPrimary: boolean;
  /** True for the user's own collector. */
  readonly isCollector: boolean;
  /** Host folder by volume name. */
  readonly volumes: ReadonlyMap<string, string>;
  /** What stands for the folder of the trial's checkpoints, if it keeps any. */
  readonly checkpoint: PathMapping | undefined;
  /** The pod's own folder, in which it works unless told otherwise. */
  readonly scratch: string;
  readonly grant: Pick<Grant, "gpus">;
}

type Surroundings = Pick<RunnerContext, "store" | "environment" | "defaultAnnotations" | "trialEnvironment" | "ports">;

/** Turns a container as written into a process to start: variables, paths, working folder, program. @throws ContainerError */
export async function prepareContainer(input: PreparationInput, context: Surroundings): Promise<ContainerCommand> {
  const { container, pod, scratch } = input;
  const declared = await containerEnvironment(container, pod, context.store);
  const mappings = pathMappings(input, declared, context);
  const map = (text: string) => mapPaths(text, mappings);
  const mapped = Object.fromEntries(Object.entries(declared).map(([name, value]) => [name, map(value)]));
  const gpus = gpusOf(input);
  const ofTrial = trialEnvironment(input, context);
  const environment: Record<string, string> = {
    ...context.environment,
    PYTHONUNBUFFERED: "1", // metrics are to be seen when they are printed
    ...(gpus.length > 0 && { CUDA_VISIBLE_DEVICES: gpus.join(",") }),
    ...ofTrial,
    ...(await metricEnvironment(input, context)),
    HOSTNAME: pod.spec?.hostname ?? pod.metadata.name,
    ...mapped,
    ...searchPath("PYTHONPATH", [ofTrial.PYTHONPATH, mapped.PYTHONPATH ?? context.environment.PYTHONPATH]),
  };
  const words = [...(container.command ?? []), ...(container.args ?? [])].map((word) =>
    map(expandVariables(word, declared)),
  );
  const [program, ...rest] = words;
  if (container.command === undefined || container.command.length === 0 || program === undefined) {
    throw new ContainerStartError(
      `container ${container.name} has no command. On a laptop images are not run: write the image's entry point as command, for example command: [python, /app/train.py], and map its folders with -v`,
    );
  }
  const cwd = workingFolder(container, map, annotationsOf(input, context), scratch);
  const memory = parseQuantity(container.resources?.limits?.memory ?? "");
  return {
    argv: [findCommand(program, environment.PATH ?? "", cwd), ...rest],
    environment,
    cwd,
    gpus,
    ...(memory !== undefined && memory > 0 && { memoryLimit: memory }),
  };
}

/** Host paths of a container; the folders behind parts of volumes are made. @throws ContainerConfigError */
export function pathMappings(
  input: PreparationInput,
  environment: Readonly<Record<string, string>>,
  context: Surroundings,
): PathMapping[] {
  const { container, volumes, trial, isPrimary, isCollector, scratch, checkpoint } = input;
  const mounted = containerMappings({ container, volumes, annotations: annotationsOf(input, context), environment });
  (container.volumeMounts ?? []).forEach(({ subPath, subPathExpr }, index) => {
    const host = mounted[index]?.host;
    if (host !== undefined && (subPath ?? subPathExpr) !== undefined && !existsSync(host))
      mkdirSync(host, { recursive: true });
  });
  // First, so that it stands before a mount of the same path, which all trials would share.
  const mappings = checkpoint === undefined ? mounted : [checkpoint, ...mounted];
  const metrics =
    trial !== undefined && (isPrimary || isCollector) ? metricsMapping(trial, mappings, scratch) : undefined;
  if (metrics === undefined) return mappings;
  mkdirSync(metrics.host, { recursive: true });
  return [...mappings, metrics];
}

/** Of the pod, over those of its trial and the defaults. */
export function annotationsOf(
  { trial, pod }: PreparationInput,
  { defaultAnnotations }: Pick<Surroundings, "defaultAnnotations">,
): Record<string, string> {
  return { ...defaultAnnotations, ...trial?.metadata.annotations, ...pod.metadata.annotations };
}

function workingFolder(
  { workingDir, name }: Container,
  map: (text: string) => string,
  annotations: Readonly<Record<string, string>>,
  scratch: string,
): string {
  const folder =
    workingDir !== undefined ? map(workingDir) : (annotations[WORKING_DIRECTORY_ANNOTATION] ?? join(scratch, "work"));
  if (folder.startsWith(scratch)) mkdirSync(folder, { recursive: true });
  if (!existsSync(folder))
    throw new ContainerConfigError(
      `container ${name}: working folder ${folder} does not exist${workingDir === undefined ? "" : "; map it with -v HOST:CONTAINER"}`,
    );
  return folder;
}

/** Containers that run side by side share the pod's GPUs out in order; init containers, which run before, begin with the first again. */
function gpusOf({ container, pod, grant }: PreparationInput): readonly string[] {
  const containers = pod.spec?.containers ?? [];
  const own = containers.findIndex(({ name }) => name === container.name);
  const before = containers.slice(0, Math.max(0, own)).reduce((sum, one) => sum + amountOf(one, GPU), 0);
  return grant.gpus.slice(before, before + amountOf(container, GPU));
}

function trialEnvironment({ trial, pod }: PreparationInput, context: Surroundings): Record<string, string> {
  const name = trial?.metadata.name ?? pod.metadata.labels?.[TRIAL_LABEL];
  return {
    ...(name !== undefined && { [TRIAL_NAME_ENV]: name }),
    ...(trial !== undefined && context.trialEnvironment(trial)),
  };
}

/** A variable with the folders of several values, one after the other. */
function searchPath(name: string, values: readonly (string | undefined)[]): Record<string, string> {
  const folders = values.filter((text) => text !== undefined && text !== "");
  return folders.length === 0 ? {} : { [name]: folders.join(delimiter) };
}
