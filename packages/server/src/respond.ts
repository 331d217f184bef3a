import type { IncomingMessage, ServerResponse } from "node:http";
import { yamlText } from "@qalam/api";
import { negotiate } from "./negotiate.ts";
import { RequestError, type StatusBody } from "./status-error.ts";

/** Sends JSON. */
export function send(response: ServerResponse, status: number, body: unknown, type = "application/json"): void {
  sendText(response, status, JSON.stringify(body), type);
}

/** Sends an object in the encoding that the request accepts: JSON, or YAML when only that. @throws RequestError 406 */
export function sendObject(request: IncomingMessage, response: ServerResponse, status: number, body: unknown): void {
  if (negotiate(request).encoding === "yaml") sendText(response, status, `${yamlText(body)}\n`, "application/yaml");
  else send(response, status, body);
}

/** Sends a Status as the request accepts it, as JSON when it accepts nothing that we write. */
export function sendFailure(request: IncomingMessage, response: ServerResponse, status: StatusBody): void {
  try {
    sendObject(request, response, status.code, status);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    send(response, status.code, status);
  }
}

/** Sends bytes or text with its length. */
export function sendText(response: ServerResponse, status: number, text: string | Uint8Array, type: string): void {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(text),
    ...(!response.hasHeader("cache-control") && { "cache-control": "no-cache, private" }),
  });
  response.end(text);
}
