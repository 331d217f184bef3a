import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

/**
 * The ports at which trials' exporters are to listen. On a cluster each pod has an address of its own; here trials that run side by side need ports of their own: the
 * first has the port as written, the others have free ones. Kept with the pod, so that a later server asks at the same port.
 */
export class MetricsPorts {
  /** By pod folder: their exporters may not have taken them yet. */
  readonly #handedOut = new Map<string, number>();

  /** @param folder of the pod @param written in the manifest */
  async of(folder: string, written: number): Promise<number> {
    const known = this.#handedOut.get(folder);
    if (known !== undefined) return known;
    const file = join(folder, "metrics-port");
    if (existsSync(file)) return this.#handOut(folder, Number(readFileSync(file, "utf8")));
    const isFree = !this.#isHandedOut(written) && (await bind(written)) === written;
    const port = this.#handOut(folder, isFree && !this.#isHandedOut(written) ? written : await this.#freePort());
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, String(port));
    return port;
  }

  /** The pod has ended. */
  release(folder: string): void {
    this.#handedOut.delete(folder);
  }

  #handOut(folder: string, port: number): number {
    this.#handedOut.set(folder, port);
    return port;
  }

  #isHandedOut(port: number): boolean {
    return [...this.#handedOut.values()].includes(port);
  }

  async #freePort(): Promise<number> {
    for (;;) {
      const port = await bind(0);
      if (port === undefined) throw new Error("this machine has no free port");
      if (!this.#isHandedOut(port)) return port;
    }
  }
}

/** Takes a port of all interfaces for a moment. @returns the port, or undefined when it is taken */
function bind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? address?.port : undefined));
    });
  });
}
