import { Experiment, KINDS, kubernetesSchemas, type ResourceKind, type Schema, Suggestion, Trial } from "@qalam/api";

/** Katib's kinds from their own schemas; built-in ones by the names of their definitions. */
const ownSchemas: Readonly<Record<string, unknown>> = { Experiment, Suggestion, Trial };

/** The index of `/openapi/v3`. */
export function openApiIndex(): object {
  const groups = [...new Set(KINDS.map(groupPath))];
  return {
    paths: Object.fromEntries(groups.map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=1` }])),
  };
}

/** The OpenAPI v3 document of one group-version: `api/v1`, `apis/batch/v1`. Undefined for one we do not serve. */
export function openApiDocument(path: string): object | undefined {
  const kinds = KINDS.filter((kind) => groupPath(kind) === path);
  if (kinds.length === 0) return undefined;
  const schemas: Record<string, unknown> = {};
  for (const kind of kinds)
    schemas[schemaName(kind)] = {
      ...(kindSchema(kind, schemas) as object),
      "x-kubernetes-group-version-kind": [gvk(kind)],
    };
  return {
    openapi: "3.0.0",
    info: { title: "Qalam", version: "0.1.0" },
    paths: Object.assign({}, ...kinds.map(pathsOf)),
    components: { schemas },
  };
}

function groupPath({ group, version }: ResourceKind): string {
  return group === "" ? `api/${version}` : `apis/${group}/${version}`;
}

function schemaName({ group, version, kind }: ResourceKind): string {
  return group === "kubeflow.org"
    ? `org.kubeflow.${version}.${kind}`
    : `io.k8s.api.${group === "" ? "core" : group}.${version}.${kind}`;
}

function gvk({ group, version, kind }: ResourceKind): object {
  return { group, version, kind };
}

function kindSchema(kind: ResourceKind, schemas: Record<string, unknown>): unknown {
  const own = ownSchemas[kind.kind];
  if (own !== undefined) return JSON.parse(JSON.stringify(own));
  return inlined(`${kind.group === "" ? "core" : kind.group}/${kind.version}.${kind.kind}`, schemas);
}

/** Copies a definition and those it refers to into the document. */
function inlined(definition: string, schemas: Record<string, unknown>): unknown {
  const text = JSON.stringify(kubernetesSchemas()[definition] ?? { type: "object" });
  return JSON.parse(text, (key, value: unknown) => {
    if (key !== "$ref") return value;
    const name = componentName(String(value));
    if (schemas[name] === undefined) {
      schemas[name] = {};
      schemas[name] = inlined(String(value), schemas);
    }
    return `#/components/schemas/${name}`;
  }) as Schema;
}

function componentName(definition: string): string {
  return `io.k8s.api.${definition.replaceAll("/", ".")}`;
}

/** Enough of the paths for kubectl: which verbs there are, and that patches take fieldValidation. */
function pathsOf(kind: ResourceKind): object {
  const base = `/${groupPath(kind)}${kind.namespaced ? "/namespaces/{namespace}" : ""}/${kind.plural}/{name}`;
  const query = ["dryRun", "fieldManager", "fieldValidation", "force"].map((name) => ({
    name,
    in: "query",
    schema: { type: "string" },
  }));
  const content = Object.fromEntries(
    ["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json"].map(
      (type) => [type, { schema: { type: "object" } }],
    ),
  );
  const body = { content: { "application/json": { schema: { $ref: `#/components/schemas/${schemaName(kind)}` } } } };
  const answer = {
    responses: { 200: { description: "OK", content: body.content } },
    "x-kubernetes-group-version-kind": gvk(kind),
  };
  return {
    [base]: {
      get: { ...answer, "x-kubernetes-action": "get" },
      patch: { ...answer, parameters: query, requestBody: { content }, "x-kubernetes-action": "patch" },
      put: { ...answer, parameters: query, requestBody: body, "x-kubernetes-action": "put" },
    },
  };
}
