import type { KubeObject, ResourceKind } from "@qalam/api";
import type { ListOptions } from "../resource-store.ts";
import { parseFieldSelector } from "./field-selector.ts";
import { parseLabelSelector } from "./label-selector.ts";

export type Predicate = (object: KubeObject) => boolean;

/** What `labelSelector` and `fieldSelector` ask for together; undefined when they ask for everything. @throws InvalidRequestError */
export function compileSelectors(
  kind: ResourceKind,
  options: Pick<ListOptions, "labelSelector" | "fieldSelector">,
): Predicate | undefined {
  const { labelSelector = "", fieldSelector = "" } = options;
  const labels = labelSelector.trim() === "" ? undefined : parseLabelSelector(labelSelector);
  const fields = fieldSelector.trim() === "" ? undefined : parseFieldSelector(kind, fieldSelector);
  if (labels === undefined) return fields;
  if (fields === undefined) return (object) => labels(object.metadata.labels);
  return (object) => labels(object.metadata.labels) && fields(object);
}
