import { dirname, join } from "node:path";
import { type Trial, VOLUMES_ANNOTATION } from "@qalam/api";
import type { Container } from "kubernetes-types/core/v1.js";
import { ContainerConfigError } from "./container-errors.ts";
import { expandVariables } from "./expand-variables.ts";
import { mapPaths, type PathMapping } from "./path-mapping.ts";

export interface MappingInput {
  readonly container: Container;
  /** Host folder by volume name. */
  readonly volumes: ReadonlyMap<string, string>;
  /** Of the pod, over those of its trial and the defaults. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Of the container, for subPathExpr. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Container paths of a container and the host paths that stand for them: its mounts, and what `-v` maps. @throws ContainerConfigError */
export function containerMappings({ container, volumes, annotations, environment }: MappingInput): PathMapping[] {
  const mounts = (container.volumeMounts ?? []).map(({ name, mountPath, subPath, subPathExpr }) => {
    const host = volumes.get(name);
    if (host === undefined)
      throw new ContainerConfigError(
        `container ${container.name} mounts volume "${name}", which the pod does not have; volumes are ${[...volumes.keys()].join(", ") || "none"}`,
      );
    const below = subPath ?? (subPathExpr === undefined ? undefined : expandVariables(subPathExpr, environment));
    if (below?.startsWith("/") === true || below?.split("/").includes("..") === true)
      throw new ContainerConfigError(
        `container ${container.name}: subPath "${below}" must be relative and must not contain ..`,
      );
    return { container: trimSlash(mountPath), host: below === undefined ? host : join(host, below) };
  });
  return [...mounts, ...annotatedMappings(annotations)];
}

/**
 * The folder of the file that a File collector reads is the pod's own, unless something is mounted there: Katib mounts one too, and trials that run side by
 * side must not share it.
 */
export function metricsMapping(
  trial: Trial,
  mappings: readonly PathMapping[],
  scratch: string,
): PathMapping | undefined {
  const { collector, source } = trial.spec.metricsCollector ?? {};
  const path = source?.fileSystemPath?.path;
  if (path === undefined || !["File", "TensorFlowEvent", "Custom"].includes(collector?.kind ?? "")) return undefined;
  const folder = trimSlash(source?.fileSystemPath?.kind === "Directory" ? path : dirname(path));
  return folder === "/" || mapPaths(folder, mappings) !== folder
    ? undefined
    : { container: folder, host: join(scratch, "metrics") };
}

/** What `-v` wrote to the annotation. */
function annotatedMappings(annotations: Readonly<Record<string, string>>): PathMapping[] {
  const text = annotations[VOLUMES_ANNOTATION];
  if (text === undefined) return [];
  try {
    return (JSON.parse(text) as PathMapping[]).map(({ container, host }) => ({
      container: trimSlash(container),
      host,
    }));
  } catch {
    throw new ContainerConfigError(
      `annotation ${VOLUMES_ANNOTATION} is not a JSON list of {"host", "container"}: ${text}`,
    );
  }
}

function trimSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}
