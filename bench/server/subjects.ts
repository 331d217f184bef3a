import { type ChildProcess, fork, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openDataDirectory } from "@qalam/store/sqlite";
import { TRIAL_LIKE, trial, trialStatus } from "../trial-objects.ts";
import type { PlainAnswers } from "./plain-server.ts";
import type { CrowdOrder } from "./watch-crowd.ts";

/** A server in a process of its own. */
export interface Subject {
  readonly address: string;
  readonly token: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Fills a data directory with trials that have succeeded. */
export async function fillDirectory(home: string, trials: number): Promise<void> {
  const { resources, close } = await openDataDirectory(home);
  const status = { ...trialStatus("Created", "Running", "Succeeded"), completionTime: "2026-01-01T00:01:00Z" };
  const create = (i: number) => resources.create(TRIAL_LIKE, { ...trial(i), status });
  for (let i = 0; i < trials; i += 100) await Promise.all(Array.from({ length: 100 }, (_, j) => create(i + j)));
  await close();
}

/** `qalam up` as users start it, with controllers, runner and gRPC. */
export async function startQalam(home: string): Promise<Subject> {
  const bin = fileURLToPath(new URL("../../packages/cli/bin/qalam.js", import.meta.url));
  const child = spawn(process.execPath, [bin, "up", "--port", "0", "--grpc-port", "0"], {
    env: { ...process.env, QALAM_HOME: home },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const address = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stderr.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const found = /^Serving .* at (http\S+)$/m.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once("close", () => reject(new Error(`qalam up ended: ${text}`)));
  });
  return { ...subject(child, address), token: readFileSync(join(home, "token"), "utf8").trim() };
}

/** A plain server with the same answers. */
export async function startPlain(answers: PlainAnswers): Promise<Subject> {
  const file = fileURLToPath(new URL("plain-server.ts", import.meta.url));
  const child = fork(file, { execArgv: process.execArgv });
  child.send(answers);
  const address = await new Promise<string>((resolve) => child.once("message", (text) => resolve(String(text))));
  return { ...subject(child, address), token: "" };
}

/** Opens watches in another process. @returns how to end them */
export async function startCrowd(order: CrowdOrder): Promise<() => Promise<void>> {
  const child = fork(fileURLToPath(new URL("watch-crowd.ts", import.meta.url)), { execArgv: process.execArgv });
  child.send(order);
  await new Promise<void>((resolve) => child.once("message", () => resolve()));
  return subject(child, "").stop;
}

function subject(child: ChildProcess, address: string) {
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return {
    address,
    pid: child.pid ?? 0,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
