import { type KubeObject, type ResourceKind, yamlText } from "@qalam/api";
import { columnsOf } from "@qalam/server";
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

/** How a table or list is to look. */
export interface ObjectsLayout {
  /** An explicit list stays one, even of a single object. */
  readonly isList: boolean;
  /** Objects of all namespaces: the first column says which. */
  readonly withNamespace?: boolean;
  /** Tables of several kinds: names say of which, as in `-o name`. */
  readonly withKind?: boolean;
}

/** Objects of one kind as text. */
export function objectsText(
  kind: ResourceKind,
  objects: readonly KubeObject[],
  format: Format,
  { isList, withNamespace = false, withKind = false }: ObjectsLayout,
  now: number,
): string {
  if (format === "name") return objects.map((object) => fullName(kind, object)).join("\n");
  if (format === "table" || format === "wide")
    return tableText(kind, objects, { wide: format === "wide", withNamespace, withKind }, now);
  const value = isList ? { apiVersion: "v1", kind: "List", metadata: {}, items: objects } : objects[0];
  return format === "json" ? JSON.stringify(value, null, 2) : yamlText(value);
}

function fullName({ singular, group }: ResourceKind, { metadata }: KubeObject): string {
  return `${singular}${group === "" ? "" : `.${group}`}/${metadata.name}`;
}

function tableText(
  kind: ResourceKind,
  objects: readonly KubeObject[],
  { wide, withNamespace, withKind }: { readonly [flag in "wide" | "withNamespace" | "withKind"]: boolean },
  now: number,
): string {
  const columns = columnsOf(kind).filter(({ priority }) => wide || priority === 0);
  const namespace = (text: string | undefined) => (withNamespace && kind.namespaced ? [text ?? ""] : []);
  return textTable(
    [...namespace("namespace"), ...columns.map(({ name }) => name)],
    objects.map((object) => [
      ...namespace(object.metadata.namespace),
      ...columns.map(({ name, value }) =>
        withKind && name === "Name" ? fullName(kind, object) : String(value(object, now) ?? ""),
      ),
    ]),
  );
}
