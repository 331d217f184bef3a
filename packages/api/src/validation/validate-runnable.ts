import { runnableSchemaProblems } from "../job-schema.ts";
import { didYouMean } from "../nearest.ts";
import { parseQuantity } from "../quantity.ts";
import type { TemplateObject } from "../resources/experiment.ts";
import type { Problems } from "./problems.ts";

type Json = Readonly<Record<string, unknown>>;

/** A kind that runs everywhere, and where in it the pod stands. */
interface Runnable {
  readonly apiVersion: string;
  readonly kind: string;
  readonly definition: "batch/v1.Job" | "core/v1.Pod";
  readonly podSpec: readonly string[];
  readonly restartPolicies: readonly string[];
}

const runnables: readonly Runnable[] = [
  {
    apiVersion: "batch/v1",
    kind: "Job",
    definition: "batch/v1.Job",
    podSpec: ["spec", "template", "spec"],
    restartPolicies: ["Never", "OnFailure"],
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    definition: "core/v1.Pod",
    podSpec: ["spec"],
    restartPolicies: ["Never", "OnFailure", "Always"],
  },
];

/** The kind a template is of, when it is one that a laptop can run too. */
export function findRunnable({ apiVersion, kind }: TemplateObject): Runnable | undefined {
  return runnables.find((one) => one.apiVersion === apiVersion && one.kind === kind);
}

/** The version in which a kind runs, when there is one kind of that name: for templates with another version. */
export function runnableVersion(kind: string | undefined): string | undefined {
  return runnables.find((one) => one.kind === kind)?.apiVersion;
}

/** Rule 37 of Katib behaviour 2.3, and what Kubernetes refuses when the Job or Pod is made: then every trial would fail. @param primary name of the container that trains */
export function validateRunnable(
  object: TemplateObject,
  { definition, podSpec, restartPolicies, kind }: Runnable,
  { path, primary, primaryPath }: { readonly path: string; readonly primary?: string; readonly primaryPath: string },
  problems: Problems,
): void {
  problems.addAll(runnableSchemaProblems(object, definition, path));
  const pod = podSpec.reduce<Json>((parent, key) => objectOf(parent[key]), object as unknown as Json);
  const at = [path, ...podSpec].join(".");
  const containers = listOf(pod.containers);
  const names = containers.map(({ name }) => (typeof name === "string" ? name : ""));
  if (containers.length === 0) problems.required(`${at}.containers`, `the ${kind} has no container`);
  else if (primary && !names.includes(primary))
    problems.invalid(
      primaryPath,
      primary,
      `the template has no container of that name; it has ${names.join(", ")}`,
      didYouMean(primary, names),
    );
  const { restartPolicy } = pod;
  if (typeof restartPolicy === "string" && !restartPolicies.includes(restartPolicy))
    problems.unsupported(
      `${at}.restartPolicy`,
      restartPolicy,
      `a ${kind} can have ${restartPolicies.join(" and ")} only`,
      didYouMean(restartPolicy, restartPolicies) ?? "write Never, and backoffLimit for retries",
    );
  validateContainers(pod, at, problems);
}

/** Names that are there once, and mounts of volumes that are there. */
function validateContainers(pod: Json, at: string, problems: Problems): void {
  const volumes = listOf(pod.volumes).map(({ name }) => String(name));
  const seen = new Set<unknown>();
  for (const list of ["initContainers", "containers"])
    for (const [i, container] of listOf(pod[list]).entries()) {
      const path = `${at}.${list}[${i}]`;
      if (container.name !== undefined && seen.has(container.name))
        problems.duplicate(`${path}.name`, container.name, "each container needs a name of its own");
      seen.add(container.name);
      validateResources(objectOf(container.resources), `${path}.resources`, problems);
      for (const [j, { name }] of listOf(container.volumeMounts).entries())
        if (typeof name === "string" && !volumes.includes(name))
          problems.invalid(
            `${path}.volumeMounts[${j}].name`,
            name,
            `there is no volume ${JSON.stringify(name)}`,
            didYouMean(name, volumes) ?? `list it under ${at}.volumes`,
          );
    }
}

/** No more may be requested than may be used. */
function validateResources({ requests, limits }: Json, path: string, problems: Problems): void {
  for (const [name, request] of Object.entries(objectOf(requests))) {
    const limit = objectOf(limits)[name];
    if ((amount(request) ?? 0) > (amount(limit) ?? Number.POSITIVE_INFINITY))
      problems.invalid(
        `${path}.requests[${name}]`,
        request,
        `is more than the limit (${limit})`,
        "lower it or raise the limit",
      );
  }
}

function amount(value: unknown): number | undefined {
  return typeof value === "string" || typeof value === "number" ? parseQuantity(value) : undefined;
}

function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}
