import { SERVED_KINDS } from "../served-kinds.ts";
import { definitionName, definitionsOf } from "./definitions.ts";
import { documentOf, jsonDocument, type OpenApiDocument } from "./document.ts";
import { encodeOpenApiV2, type OpenApiV2 } from "./encode-openapi-v2.ts";
import { type Operation, pathsOf } from "./operations.ts";

/** How kubectl up to 1.28 asks for the document, and how it is named in the answer. */
const ASKED = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
const ANSWERED = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

const documents = new Map<string, OpenApiDocument>();

/** The OpenAPI v2 document of everything, as JSON or as gnostic's protobuf, as the client accepts. */
export function openApiV2(accept: string): OpenApiDocument {
  const isBinary = accept.includes(ASKED) || accept.includes(ANSWERED);
  const type = isBinary ? ANSWERED : "application/json";
  let document = documents.get(type);
  if (document === undefined) {
    const body = openApiV2Body();
    document = isBinary ? documentOf(encodeOpenApiV2(body), type) : jsonDocument(body);
    documents.set(type, document);
  }
  return document;
}

function openApiV2Body(): OpenApiV2 {
  return {
    swagger: "2.0",
    info: { title: "Qalam", version: "v1beta1" },
    paths: pathsOf(SERVED_KINDS, describe),
    definitions: definitionsOf(SERVED_KINDS, "v2"),
  } as OpenApiV2;
}

function describe({ kind, action, parameters, consumes }: Operation): object {
  const $ref = `#/definitions/${definitionName(kind)}${action === "list" ? "List" : ""}`;
  return {
    consumes,
    produces: ["application/json", "application/yaml"],
    parameters: parameters.map((name) => ({ name, in: "query", type: "string" })),
    responses: { 200: { description: "OK", schema: { $ref } } },
  };
}
