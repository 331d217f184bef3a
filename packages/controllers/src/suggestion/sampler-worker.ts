import { parentPort } from "node:worker_threads";
import { SamplerSession } from "./sampler-session.ts";
import { SettingsError } from "./settings-error.ts";
import type { FromWorker, ToWorker } from "./worker-messages.ts";

/** The worker thread's own program: answers the calls of a WorkerSamplerHost. Built as a file of its own. */
const sessions = new Map<string, SamplerSession>();

parentPort?.on("message", ({ call, uid, start, question }: ToWorker) => {
  const known = sessions.get(uid);
  sessions.delete(uid); // it comes back with its answer: after an error it cannot be trusted
  if (question === undefined) return;
  let message: FromWorker;
  try {
    const session = start === undefined ? known : new SamplerSession(start);
    if (session === undefined) throw new Error("the worker has no sampler for this experiment");
    message = { call, reply: session.answer(question) };
    sessions.set(uid, session);
  } catch (error) {
    message = { call, error: { message: (error as Error).message, isSettings: error instanceof SettingsError } };
  }
  parentPort?.postMessage(message);
});
