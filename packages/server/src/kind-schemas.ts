import {
  DESCRIPTIONS,
  Experiment,
  kubernetesSchemas,
  type ResourceKind,
  type Schema,
  Suggestion,
  Trial,
} from "@qalam/api";

const katibSchemas: Readonly<Record<string, unknown>> = { Experiment, Suggestion, Trial };

/** The schema of one of Katib's kinds as it is shown: described, with metadata as any object. */
export function katibSchema({ kind }: ResourceKind): Schema {
  return described(katibSchemas[kind] as Schema, "", DESCRIPTIONS[kind] ?? {});
}

/** The schema with the texts of its fields; texts that it has already stay. */
function described(schema: Schema, path: string, texts: Readonly<Record<string, string>>): Schema {
  const description = schema.description ?? texts[path];
  const { properties, items } = schema;
  const below = (name: string) => (path === "" ? name : `${path}.${name}`);
  return {
    ...schema,
    ...(description !== undefined && { description }),
    ...(items !== undefined && { items: described(items, path, texts) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, member]) => [name, described(member, below(name), texts)]),
      ),
    }),
  };
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
  const schema = katibSchemas[kind.kind] as Schema;
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
