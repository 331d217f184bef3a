import type { KubeObject, ResourceKind } from "@qalam/api";
import { columnsOf } from "./table-columns.ts";

/** A list as `meta.k8s.io/v1` Table, which kubectl asks for. @param includeObject how much of each object goes along: kubectl needs the metadata */
export function tableOf(
  kind: ResourceKind,
  objects: readonly KubeObject[],
  listMetadata: object,
  includeObject: "None" | "Metadata" | "Object",
  now: number,
): object {
  const shown = columnsOf(kind);
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: listMetadata,
    columnDefinitions: shown.map((one) => ({
      name: one.name,
      type: one.type,
      format: one.name === "Name" ? "name" : "",
      description: one.description,
      priority: one.priority,
    })),
    rows: objects.map((object) => ({
      cells: shown.map((one) => one.value(object, now)),
      object: includeObject === "Object" ? object : includeObject === "None" ? null : partialMetadata(object),
    })),
  };
}

/** The metadata alone, as clients ask for that only count or own objects. */
export function partialMetadata({ metadata }: KubeObject): object {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata };
}
