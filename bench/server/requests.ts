import { Agent, request as httpRequest } from "node:http";
import type { Subject } from "./subjects.ts";

/** What kubectl asks for when it prints. */
export const AS_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** The body of an answer. @throws when it is not 200 */
export function read(server: Subject, path: string, accept = "application/json"): Promise<Buffer> {
  return ask(server, "GET", path, { accept });
}

/** Sends a JSON merge patch, or to the peer a line that it passes on. */
export function patch(server: Subject, path: string, body: string): Promise<Buffer> {
  return ask(server, "PATCH", path, { "content-type": "application/merge-patch+json" }, body);
}

function ask(
  { address, token }: Subject,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Buffer> {
  const options = { agent, method, headers: { ...headers, authorization: `Bearer ${token}` } };
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${address}${path}`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        response.statusCode === 200
          ? resolve(Buffer.concat(chunks))
          : reject(new Error(`${path}: ${response.statusCode} ${Buffer.concat(chunks).toString().slice(0, 200)}`)),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** A watch whose next line can be waited for. */
export async function openWatch({ address, token }: Subject, path: string) {
  let told = () => {};
  const end = await new Promise<() => void>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const request = httpRequest(`${address}${path}`, { agent: false, headers }, (response) => {
      response.on("data", (chunk: Buffer) => chunk.at(-1) === NEWLINE && told()).on("error", () => {});
      resolve(() => request.destroy());
    });
    request.on("error", reject).end();
  });
  const nextLine = () =>
    new Promise<void>((resolve) => {
      told = resolve;
    });
  return { nextLine, end };
}

const NEWLINE = 10;
