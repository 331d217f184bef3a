import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type AnySchema,
  DocumentSchema,
  type OperationSchema,
  type PathItemSchema,
  type SchemaSchema,
} from "../generated/openapi-v2_pb.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** The part of an OpenAPI v2 document that we write. */
export interface OpenApiV2 {
  readonly swagger: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationV2>>>>;
  readonly definitions: Readonly<Record<string, SchemaV2>>;
}

interface OperationV2 {
  readonly operationId: string;
  readonly consumes: string[];
  readonly produces: string[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly type: string }[];
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

interface SchemaV2 {
  readonly $ref?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly required?: string[];
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly items?: SchemaV2;
  readonly properties?: Readonly<Record<string, SchemaV2>>;
  readonly additionalProperties?: SchemaV2 | boolean;
}

/** The document as gnostic's `openapi.v2.Document` message. */
export function encodeOpenApiV2({ swagger, info, paths, definitions }: OpenApiV2): Uint8Array {
  const document = create(DocumentSchema, {
    swagger,
    info,
    paths: { path: Object.entries(paths).map(([name, item]) => ({ name, value: pathItem(item) })) },
    definitions: { additionalProperties: schemas(definitions) },
  });
  return toBinary(DocumentSchema, document);
}

function pathItem(item: Readonly<Record<string, OperationV2>>): MessageInitShape<typeof PathItemSchema> {
  return Object.fromEntries(Object.entries(item).map(([method, operation]) => [method, operationMessage(operation)]));
}

function operationMessage(operation: OperationV2): MessageInitShape<typeof OperationSchema> {
  const { operationId, consumes, produces, parameters, responses } = operation;
  return {
    operationId,
    consumes,
    produces,
    parameters: parameters.map((value) => ({ oneof: { case: "parameter", value: queryParameter(value) } })),
    responses: {
      responseCode: Object.entries(responses).map(([name, { description }]) => ({
        name,
        value: { oneof: { case: "response", value: { description } } },
      })),
    },
    vendorExtension: extensions(operation as unknown as JsonObject),
  };
}

function queryParameter(value: { name: string; in: string; type: string }) {
  return {
    oneof: {
      case: "nonBodyParameter",
      value: { oneof: { case: "queryParameterSubSchema", value } },
    },
  } as const;
}

function schemas(named: Readonly<Record<string, SchemaV2>>) {
  return Object.entries(named).map(([name, schema]) => ({ name, value: schemaMessage(schema) }));
}

function schemaMessage(schema: SchemaV2): MessageInitShape<typeof SchemaSchema> {
  const {
    $ref = "",
    format = "",
    description = "",
    required = [],
    type,
    items,
    properties,
    additionalProperties,
  } = schema;
  return {
    Ref: $ref,
    format,
    description,
    required,
    ...(schema.default !== undefined && { default: any(schema.default) }),
    enum: (schema.enum ?? []).map(any),
    ...(type !== undefined && { type: { value: [type] } }),
    ...(items !== undefined && { items: { schema: [schemaMessage(items)] } }),
    ...(properties !== undefined && { properties: { additionalProperties: schemas(properties) } }),
    ...(additionalProperties !== undefined && {
      additionalProperties: {
        oneof:
          typeof additionalProperties === "boolean"
            ? { case: "boolean", value: additionalProperties }
            : { case: "schema", value: schemaMessage(additionalProperties) },
      },
    }),
    vendorExtension: extensions(schema as JsonObject),
  };
}

function extensions(object: JsonObject) {
  return Object.entries(object).flatMap(([name, value]) =>
    name.startsWith("x-") ? [{ name, value: any(value) }] : [],
  );
}

/** Values travel as YAML, of which JSON is a part. */
function any(value: unknown): MessageInitShape<typeof AnySchema> {
  return { yaml: `${JSON.stringify(value)}\n` };
}
