import type { KubeObject, ResourceKind } from "@qalam/api";
import { columnsOf } from "@qalam/server";
import { stringify } from "yaml";
import { CommandError } from "../command-error.ts";
import { textTable } from "./text-table.ts";

const FORMATS = ["table", "wide", "json", "yaml", "name"] as const;
export type Format = (typeof FORMATS)[number];

/** @throws CommandError naming the formats there are */
export function checkedFormat(text: string | undefined): Format {
  const format = text ?? "table";
  if (!(FORMATS as readonly string[]).includes(format))
    throw new CommandError(`-o ${text}: formats are ${FORMATS.join(", ")}`);
  return format as Format;
}

/** Objects of one kind as text. @param isList an explicit list stays one, even of a single object */
export function objectsText(
  kind: ResourceKind,
  objects: readonly KubeObject[],
  format: Format,
  isList: boolean,
  now: number,
): string {
  if (format === "name")
    return objects
      .map(({ metadata }) => `${kind.singular}${kind.group === "" ? "" : `.${kind.group}`}/${metadata.name}`)
      .join("\n");
  if (format === "table" || format === "wide") return tableText(kind, objects, format === "wide", now);
  const value = isList ? { apiVersion: "v1", kind: "List", metadata: {}, items: objects } : objects[0];
  return format === "json" ? JSON.stringify(value, null, 2) : stringify(value).trimEnd();
}

function tableText(kind: ResourceKind, objects: readonly KubeObject[], wide: boolean, now: number): string {
  const columns = columnsOf(kind).filter(({ priority }) => wide || priority === 0);
  return textTable(
    columns.map(({ name }) => name),
    objects.map((object) => columns.map(({ value }) => String(value(object, now) ?? ""))),
  );
}
