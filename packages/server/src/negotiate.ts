import type { IncomingMessage } from "node:http";
import { RequestError } from "./status-error.ts";

/** What a client wants to read. */
export interface Negotiated {
  readonly encoding: "json" | "yaml";
  /** Objects as they are, as rows of a Table, or their metadata alone. */
  readonly as: "Object" | "Table" | "PartialObjectMetadata";
}

const encodings: Readonly<Record<string, Negotiated["encoding"]>> = {
  "application/json": "json",
  "application/*": "json",
  "*/*": "json",
  "application/yaml": "yaml",
};

/** The first of the accepted media types that we can write. Protobuf is never one: clients that ask for it name JSON beside it. @throws RequestError 406 */
export function negotiate(request: IncomingMessage): Negotiated {
  const accept = request.headers.accept?.trim() || "*/*";
  for (const text of accept.split(",")) {
    const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
    const encoding = encodings[type];
    const as = asOf(parameters);
    if (encoding !== undefined && as !== undefined) return { encoding, as };
  }
  throw new RequestError(
    406,
    "only the following media types are accepted: application/json, application/yaml (application/json also with as=Table or as=PartialObjectMetadata of meta.k8s.io/v1)",
  );
}

/** Undefined for a form that we do not know. */
function asOf(parameters: readonly string[]): Negotiated["as"] | undefined {
  const values = new Map(parameters.map((text) => text.split("=", 2) as [string, string]));
  const as = values.get("as");
  if (as === undefined) return "Object";
  if (values.get("g") !== "meta.k8s.io" || values.get("v") !== "v1") return undefined;
  if (as === "table") return "Table";
  return as.startsWith("partialobjectmetadata") ? "PartialObjectMetadata" : undefined;
}
