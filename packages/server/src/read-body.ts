import type { IncomingMessage } from "node:http";
import { EXPERIMENT, type ResourceKind } from "@qalam/api";
import { parse } from "yaml";
import { decodeObject, PROTOBUF } from "./protobuf/decode-object.ts";
import { repeatedKeys } from "./repeated-keys.ts";
import { RequestError } from "./status-error.ts";

/** Kubernetes' limit. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;
const MAX_DEPTH = 200;

/** The media type without its parameters. */
export function mediaType(request: IncomingMessage): string {
  return (request.headers["content-type"] ?? "application/json").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** A body as it was read. */
export interface ReadBody {
  /** Undefined when the body is empty. */
  readonly value: unknown;
  /** Paths of keys that stand in it more than once; of JSON alone, as YAML refuses them. */
  readonly repeated: readonly string[];
}

/** Reads and parses a body, for what need not know of repeated keys. @throws as `readDocument` */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  return (await readDocument(request)).value;
}

/**
 * Reads and parses a body.
 * @param kind of the objects at the path: Katib's kinds have no protobuf form, and protobuf that names no kind is of this one
 * @throws RequestError 413 (too large), 415 (not JSON, YAML or Kubernetes' protobuf), 400 (cut off, not parseable, too deep, not an object)
 */
export async function readDocument(request: IncomingMessage, kind?: ResourceKind): Promise<ReadBody> {
  const type = mediaType(request);
  const accepted = ["application/json", "application/yaml", ...(kind?.group === EXPERIMENT.group ? [] : [PROTOBUF])];
  if (!/(json|yaml)$/.test(type) && !accepted.includes(type))
    throw new RequestError(
      415,
      `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")} (found ${type.slice(0, 100)})`,
    );
  const bytes = await readBytes(request);
  const whole = (value: unknown): ReadBody => ({ value, repeated: [] });
  if (bytes.length === 0) return whole(undefined);
  if (type === PROTOBUF) return whole(parsed("protobuf", () => decodeObject(bytes, kind)));
  const text = bytes.toString();
  if (text.trim() === "") return whole(undefined);
  if (depthOf(text) > MAX_DEPTH) throw new RequestError(400, `the body nests deeper than ${MAX_DEPTH} levels`);
  if (!type.endsWith("json")) return whole(parsed("YAML", () => parse(text, { maxAliasCount: 100 }) as unknown));
  return { value: parsed("JSON", () => JSON.parse(text) as unknown), repeated: repeatedKeys(text) };
}

function parsed(format: string, parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    throw new RequestError(400, `the body is not valid ${format}: ${(error as Error).message.split("\n")[0]}`);
  }
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      size += (chunk as Buffer).length;
      if (size > MAX_BODY_BYTES) throw new RequestError(413, `Request entity too large: limit is ${MAX_BODY_BYTES}`);
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, "the body was cut off");
  }
  return Buffer.concat(chunks);
}

function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 91 || code === 123) deepest = Math.max(deepest, ++depth);
    else if (code === 93 || code === 125) depth -= 1;
  }
  return deepest;
}
