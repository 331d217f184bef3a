import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FILE = "ports.json";

/** Ports by what listens on them. */
export type Ports = Readonly<Record<"api" | "dbManager", number>>;

/**
 * The ports of a server that did not end in order: trainings of its time may still run and report to them, so the next server takes them again if it can.
 */
export function leftPorts(directory: string): Partial<Ports> {
  const file = join(directory, FILE);
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Partial<Ports>;
  } catch {
    return {}; // half written: any free port will do
  }
}

/** Remembers ports until `forgetPorts`. */
export function keepPorts(directory: string, ports: Ports): void {
  writeFileSync(join(directory, FILE), JSON.stringify(ports));
}

/** To be called when no training runs on. */
export function forgetPorts(directory: string): void {
  rmSync(join(directory, FILE), { force: true });
}

/** Starts a server on the first of several ports that is free; the error of the last is thrown. 0 is any free one. */
export async function startOnFirst<T>(ports: readonly number[], start: (port: number) => Promise<T>): Promise<T> {
  for (const port of ports.slice(0, -1)) {
    try {
      return await start(port);
    } catch {} // taken: the next one
  }
  return start(ports.at(-1) ?? 0);
}
