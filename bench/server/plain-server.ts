import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * The peer: a Node HTTP server that does nothing but send. GET answers what it was told by message; with `watch=true` it stays open, and every
 * PATCH writes its body to all of those. Started with `fork`; it answers with its own address.
 */
export interface PlainAnswers {
  /** Path with query → body. */
  readonly bodies: Readonly<Record<string, string>>;
}

process.once("message", ({ bodies }: PlainAnswers) => {
  const answers = new Map(Object.entries(bodies).map(([path, text]) => [path, Buffer.from(text)]));
  const watchers = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    if (request.url?.includes("watch=true") === true) {
      watchers.add(response);
      response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
      return;
    }
    request.once("data", (line: Buffer) => {
      for (const watcher of watchers) watcher.write(line);
    });
    request.once("end", () => {
      const body = answers.get(request.url ?? "") ?? Buffer.from("{}");
      response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
      response.end(body);
    });
    request.resume();
  });
  server.listen(0, "127.0.0.1", () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
});
