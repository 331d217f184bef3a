import { Experiment, kubernetesSchemas, type ResourceKind, type Schema, Suggestion, Trial } from "@qalam/api";

const katibSchemas: Readonly<Record<string, unknown>> = { Experiment, Suggestion, Trial };

/** The schema of one of Katib's kinds, with metadata as any object. */
export function katibSchema({ kind }: ResourceKind): Schema {
  return katibSchemas[kind] as Schema;
}

/** The schema's form that Kubernetes takes: maps by additionalProperties, nothing but JSON. */
export function structural(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema), (_, value: Schema | null) => {
    if (typeof value !== "object" || value?.patternProperties === undefined) return value;
    const { patternProperties, ...rest } = value;
    return { ...rest, additionalProperties: Object.values(patternProperties)[0] };
  }) as Schema;
}

/** The schema of a kind's objects: Katib's kinds from their own, built-in ones from Kubernetes' definitions. References are read with `resolveSchema`. */
export function kindSchema(kind: ResourceKind): Schema {
  if (kind.group !== "kubeflow.org") return { $ref: definitionName(kind) };
  const schema = katibSchema(kind);
  return { ...schema, properties: { ...schema.properties, metadata: { $ref: "meta/v1.ObjectMeta" } } };
}

/** `core/v1.Pod`: the name of a built-in kind's definition. */
function definitionName({ group, version, kind }: ResourceKind): string {
  const folder = group === "" ? "core" : group.replace(/\.k8s\.io$/, "");
  return `${folder}/${version}.${kind}`;
}

const anything: Schema = { "x-kubernetes-preserve-unknown-fields": true };

/** The schema itself, or the one it refers to. */
export function resolveSchema(schema: Schema): Schema {
  return schema.$ref === undefined ? schema : (kubernetesSchemas()[schema.$ref] ?? anything);
}
