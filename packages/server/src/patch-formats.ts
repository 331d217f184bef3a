import type { ResourceKind } from "@qalam/api";
import { mergePatch } from "@qalam/store";
import { applyJsonPatch } from "./json-patch.ts";
import { kindSchema } from "./kind-schemas.ts";
import { RequestError } from "./status-error.ts";
import { strategicMerge } from "./strategic-merge.ts";

/** Makes the changed object; neither argument is changed. */
export type Patch = (old: unknown, patch: unknown) => unknown;

/** The patch of a media type. Strategic merges are for built-in kinds, as in Kubernetes. @throws RequestError 415 */
export function patchOf(type: string, kind: ResourceKind): Patch {
  const isBuiltIn = kind.group !== "kubeflow.org";
  // Python's kubernetes client sends either form under either name, depending on its version.
  if (type === "application/json-patch+json" || type === "application/merge-patch+json")
    return (old, body) => (Array.isArray(body) ? applyJsonPatch(old, body) : mergePatch(old, requireObject(body)));
  if (type === "application/strategic-merge-patch+json" && isBuiltIn)
    return (old, body) => strategicMerge(old, requireObject(body), kindSchema(kind));
  const accepted = [
    "application/json-patch+json",
    "application/merge-patch+json",
    ...(isBuiltIn ? ["application/strategic-merge-patch+json"] : []),
    "application/apply-patch+yaml",
  ];
  throw new RequestError(
    415,
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`,
    isBuiltIn ? {} : undefined,
  );
}

function requireObject(body: unknown): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new RequestError(400, "a patch of this type is an object");
  return body;
}
