import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  parseQuantity,
  type StoredPod,
  TRIAL_LABEL,
  TRIAL_NAME_ENV,
  type Trial,
  WORKING_DIRECTORY_ANNOTATION,
} from "@qalam/api";
import type { Container } from "kubernetes-types/core/v1.js";
import type { Grant } from "../resources/resource-scheduler.ts";
import type { RunnerContext } from "../runner-context.ts";
import { ContainerConfigError } from "./container-config-error.ts";
import { containerEnvironment, expandVariables } from "./container-environment.ts";
import type { ContainerCommand } from "./container-run.ts";
import { findCommand } from "./find-command.ts";
import { mapPaths, type PathMapping } from "./path-mapping.ts";
import { containerMappings } from "./pod-volumes.ts";

export interface PreparationInput {
  readonly container: Container;
  readonly pod: StoredPod;
  readonly trial: Trial | undefined;
  /** Host folder by volume name. */
  readonly volumes: ReadonlyMap<string, string>;
  /** The pod's own folder, in which it works unless told otherwise. */
  readonly scratch: string;
  readonly grant: Grant;
}

/** A container's command with everything resolved. */
export interface PreparedContainer extends ContainerCommand {
  readonly mappings: readonly PathMapping[];
}

/** Turns a container as written into a process to start: variables, paths, working folder, program. @throws ContainerConfigError */
export async function prepareContainer(
  input: PreparationInput,
  { store, environment: inherited, defaultAnnotations }: RunnerContext,
): Promise<PreparedContainer> {
  const { container, pod, trial, volumes, scratch } = input;
  const annotations = { ...defaultAnnotations, ...trial?.metadata.annotations, ...pod.metadata.annotations };
  const mappings = containerMappings(container, volumes, annotations);
  const map = (text: string) => mapPaths(text, mappings);
  const declared = await containerEnvironment(container, pod, store);
  const mapped = Object.fromEntries(Object.entries(declared).map(([name, value]) => [name, map(value)]));
  const environment: Record<string, string> = {
    ...inherited,
    PYTHONUNBUFFERED: "1",
    ...gpuEnvironment(input),
    ...trialEnvironment(input),
    HOSTNAME: pod.metadata.name,
    ...mapped,
  };
  const words = [...(container.command ?? []), ...(container.args ?? [])].map((word) =>
    map(expandVariables(word, declared)),
  );
  const [program, ...rest] = words;
  if (container.command === undefined || container.command.length === 0 || program === undefined) {
    throw new ContainerConfigError(
      `container ${container.name} has no command. On a laptop images are not run: write the image's entry point as command, for example command: [python, /app/train.py], and map its folders with -v`,
    );
  }
  const cwd = workingFolder(container, map, annotations, scratch);
  const memory = parseQuantity(container.resources?.limits?.memory ?? "");
  return {
    argv: [findCommand(program, environment.PATH ?? "", cwd), ...rest],
    environment,
    cwd,
    mappings,
    ...(memory !== undefined && { memoryLimit: memory }),
  };
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

function gpuEnvironment({ container, grant }: PreparationInput): Record<string, string> {
  const wanted = Number(
    container.resources?.limits?.["nvidia.com/gpu"] ?? container.resources?.requests?.["nvidia.com/gpu"] ?? 0,
  );
  return wanted > 0 ? { CUDA_VISIBLE_DEVICES: grant.gpus.join(",") } : {};
}

function trialEnvironment({ trial, pod }: PreparationInput): Record<string, string> {
  const name = trial?.metadata.name ?? pod.metadata.labels?.[TRIAL_LABEL];
  return name === undefined ? {} : { [TRIAL_NAME_ENV]: name };
}
