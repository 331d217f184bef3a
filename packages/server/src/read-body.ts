import type { IncomingMessage } from "node:http";
import { parse } from "yaml";
import { RequestError } from "./status-error.ts";

/** Kubernetes' limit. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;
const MAX_DEPTH = 200;

/** The media type without its parameters. */
export function mediaType(request: IncomingMessage): string {
  return (request.headers["content-type"] ?? "application/json").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** Reads and parses a body. @throws RequestError 413 (too large), 415 (not JSON or YAML), 400 (cut off, not parseable, too deep, not an object) */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const type = mediaType(request);
  if (!/(json|yaml)$/.test(type))
    throw new RequestError(
      415,
      `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml (found ${type.slice(0, 100)})`,
    );
  const text = await readText(request);
  if (text.trim() === "") return undefined;
  if (depthOf(text) > MAX_DEPTH) throw new RequestError(400, `the body nests deeper than ${MAX_DEPTH} levels`);
  try {
    return type.endsWith("json") ? (JSON.parse(text) as unknown) : (parse(text, { maxAliasCount: 100 }) as unknown);
  } catch (error) {
    throw new RequestError(
      400,
      `the body is not valid ${type.endsWith("json") ? "JSON" : "YAML"}: ${(error as Error).message.split("\n")[0]}`,
    );
  }
}

async function readText(request: IncomingMessage): Promise<string> {
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
  return Buffer.concat(chunks).toString();
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
