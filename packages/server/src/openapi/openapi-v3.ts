import { SERVED_KINDS } from "../served-kinds.ts";
import { definitionName, definitionsOf, groupPath, kindsAt } from "./definitions.ts";
import { jsonDocument, type OpenApiDocument } from "./document.ts";
import { type Operation, pathsOf } from "./operations.ts";

/** The index of `/openapi/v3`. @param prefix path of the server's address: older clients ask for what the index names without adding it */
export function openApiIndex(prefix: string): object {
  const paths = [...new Set(SERVED_KINDS.map(groupPath))].map((path) => {
    const hash = openApiV3(path)?.hash ?? "";
    return [path, { serverRelativeURL: `${prefix}/openapi/v3/${path}?hash=${hash}` }] as const;
  });
  return { paths: Object.fromEntries(paths) };
}

const documents = new Map<string, OpenApiDocument>();

/** The OpenAPI v3 document of one group-version: `api/v1`, `apis/batch/v1`. Undefined for one we do not serve. */
export function openApiV3(path: string): OpenApiDocument | undefined {
  const kinds = kindsAt(path);
  if (kinds.length === 0) return undefined;
  let document = documents.get(path);
  if (document === undefined) {
    document = jsonDocument({
      openapi: "3.0.0",
      info: { title: "Qalam", version: "v1beta1" },
      paths: pathsOf(kinds, describe),
      components: { schemas: definitionsOf(kinds, "v3") },
    });
    documents.set(path, document);
  }
  return document;
}

function describe({ kind, action, parameters, consumes, method }: Operation): object {
  const name = `${definitionName(kind)}${action === "list" ? "List" : ""}`;
  const schema = { $ref: `#/components/schemas/${name}` };
  const isPatch = action === "patch";
  const hasBody = isPatch || method === "put" || method === "post";
  return {
    parameters: parameters.map((parameter) => ({ name: parameter, in: "query", schema: { type: "string" } })),
    ...(hasBody && {
      requestBody: {
        content: Object.fromEntries(consumes.map((type) => [type, { schema: isPatch ? { type: "object" } : schema }])),
      },
    }),
    responses: { 200: { description: "OK", content: { "application/json": { schema } } } },
  };
}
