import type { IncomingMessage, ServerResponse } from "node:http";
import { stringify } from "yaml";
import { negotiate } from "./negotiate.ts";

/** Sends JSON. */
export function send(response: ServerResponse, status: number, body: unknown, type = "application/json"): void {
  sendText(response, status, JSON.stringify(body), type);
}

/** Sends an object in the encoding that the request accepts: JSON, or YAML when only that. @throws RequestError 406 */
export function sendObject(request: IncomingMessage, response: ServerResponse, status: number, body: unknown): void {
  if (negotiate(request).encoding === "yaml") sendText(response, status, stringify(body), "application/yaml");
  else send(response, status, body);
}

/** Sends bytes or text with its length. */
export function sendText(response: ServerResponse, status: number, text: string | Uint8Array, type: string): void {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-cache, private",
  });
  response.end(text);
}
