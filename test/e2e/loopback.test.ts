import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, it, onTestFinished } from "vitest";
import { collect, startQalam, temporaryFolder, untilOutput } from "./qalam-command.ts";

/** An address of this machine that others may reach. */
const outward = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.internal === false && one.family === "IPv4")?.address;

/** @returns "open", or why there was no connection */
function knock(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => {
      socket.destroy();
      resolve("open");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

describe("the ports of qalam up", () => {
  it.skipIf(outward === undefined)(
    "are open on the loopback interface alone (needs an interface beside it)",
    async () => {
      const server = startQalam(["up", "--port", "0"], { home: temporaryFolder() });
      const output = collect(server);
      onTestFinished(async () => {
        server.kill("SIGTERM");
        await output;
      });
      const said = await untilOutput(server, /Ctrl-C/);
      const ports = [...said.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
      expect(ports).toHaveLength(2); // the API and the DB manager
      for (const port of ports) {
        expect(await knock("127.0.0.1", port)).toBe("open");
        expect(await knock(outward ?? "", port)).toBe("ECONNREFUSED");
      }
    },
  );
});
