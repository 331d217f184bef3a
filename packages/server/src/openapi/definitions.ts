import { kubernetesSchemas, type ResourceKind, type Schema } from "@qalam/api";
import { katibSchema, kindSchema, structural } from "../kind-schemas.ts";
import { SERVED_KINDS } from "../served-kinds.ts";
import { describedDefinition } from "./kubernetes-descriptions.ts";

/** The two versions of OpenAPI that clients read; they differ in where definitions stand and how "number or text" is said. */
export type OpenApiVersion = "v2" | "v3";

const anchors: Readonly<Record<OpenApiVersion, string>> = { v2: "#/definitions/", v3: "#/components/schemas/" };

/** `io.k8s.api.core.v1.Pod`, `org.kubeflow.v1beta1.Trial`: the name of a kind's definition. */
export function definitionName(kind: ResourceKind): string {
  const { $ref } = kindSchema(kind);
  return $ref === undefined ? `org.kubeflow.${kind.version}.${kind.kind}` : officialName($ref);
}

/** Kubernetes' name of one of its definitions, which we call `core/v1.Pod`. */
function officialName(short: string): string {
  const [folder = "", rest = ""] = short.split("/");
  if (folder === "meta") return `io.k8s.apimachinery.pkg.apis.meta.${rest}`;
  if (folder === "api" || folder === "util") return `io.k8s.apimachinery.pkg.${folder}.${rest}`;
  return `io.k8s.api.${folder}.${rest}`;
}

/** The definitions of kinds, their lists and everything they refer to, by name. */
export function definitionsOf(kinds: readonly ResourceKind[], version: OpenApiVersion): Record<string, object> {
  const found: Record<string, object> = {};
  const refer = (short: string): string => {
    const name = officialName(short);
    if (found[name] === undefined) {
      found[name] = {}; // definitions refer to themselves
      found[name] = definition(kubernetesDefinition(short), version, refer);
    }
    return `${anchors[version]}${name}`;
  };
  for (const kind of kinds) {
    const gvk = { group: kind.group, version: kind.version, kind: kind.kind };
    const { $ref } = kindSchema(kind);
    const schema = $ref === undefined ? katibDefinition(kind) : kubernetesDefinition($ref);
    found[definitionName(kind)] = {
      ...definition(schema, version, refer),
      "x-kubernetes-group-version-kind": [gvk],
    };
    found[`${definitionName(kind)}List`] = {
      ...definition(listSchema, version, refer, `${anchors[version]}${definitionName(kind)}`),
      "x-kubernetes-group-version-kind": [{ ...gvk, kind: `${kind.kind}List` }],
    };
  }
  return found;
}

function kubernetesDefinition(short: string): Schema {
  return describedDefinition(short, kubernetesSchemas()[short] ?? { type: "object" });
}

function katibDefinition(kind: ResourceKind): Schema {
  const schema = katibSchema(kind);
  return { ...schema, properties: { ...schema.properties, metadata: { $ref: "meta/v1.ObjectMeta" } } };
}

const ITEM = "the kind";
const listSchema: Schema = {
  description: "Objects of the kind.",
  type: "object",
  required: ["items"],
  properties: {
    apiVersion: { type: "string" },
    kind: { type: "string" },
    metadata: { type: "object" },
    items: { type: "array", items: { $ref: ITEM } },
  },
};

/** A schema in the words of OpenAPI. @param refer names the place of a definition and sees to it that it is there */
function definition(schema: Schema, version: OpenApiVersion, refer: (short: string) => string, item = ""): object {
  return JSON.parse(JSON.stringify(structural(schema)), (key, value: unknown) => {
    if (key === "$ref") return value === ITEM ? item : refer(String(value));
    if (isIntOrString(value)) return intOrString(value, version);
    return version === "v3" && isDescribedReference(value) ? besideReference(value) : value;
  }) as object;
}

function isDescribedReference(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && "$ref" in value && "description" in value;
}

/** In v3 nothing counts that stands beside a reference. */
function besideReference({ $ref, ...others }: Schema): object {
  return { allOf: [{ $ref }], ...others };
}

function isIntOrString(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && "x-kubernetes-int-or-string" in value;
}

function intOrString({ format, description }: Schema, version: OpenApiVersion): object {
  const described = description === undefined ? {} : { description };
  const isQuantity = format === "quantity";
  if (version === "v2") return { type: "string", ...(!isQuantity && { format: "int-or-string" }), ...described };
  const types = isQuantity ? ["string", "number"] : ["integer", "string"];
  return { ...(!isQuantity && { format: "int-or-string" }), oneOf: types.map((type) => ({ type })), ...described };
}

/** `api/v1`, `apis/batch/v1`: where a kind's group and version stand. */
export function groupPath({ group, version }: ResourceKind): string {
  return group === "" ? `api/${version}` : `apis/${group}/${version}`;
}

/** The kinds of a group and version. */
export function kindsAt(path: string): ResourceKind[] {
  return SERVED_KINDS.filter((kind) => groupPath(kind) === path);
}
