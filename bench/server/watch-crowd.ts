import { Agent, get } from "node:http";
import type { Subject } from "./subjects.ts";

/** Many watches that are read and thrown away, in a process of their own so that reading them costs the measurement nothing. Started with `fork`. */
export interface CrowdOrder {
  readonly server: Pick<Subject, "address" | "token">;
  readonly path: string;
  readonly count: number;
}

const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });

function open({ server: { address, token }, path }: CrowdOrder): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    get(`${address}${path}`, { agent, headers }, (response) => {
      response.on("error", () => {}).resume();
      resolve();
    }).on("error", reject);
  });
}

process.once("message", async (order: CrowdOrder) => {
  for (let i = 0; i < order.count; i++) await open(order);
  process.send?.("open");
});
