import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DividedSamplerHost, LocalSamplerHost, type SamplerHost, WorkerSamplerHost } from "@qalam/controllers";

/**
 * Where our own search algorithms run: those that fit models beside the server's thread, in the worker that is built next to the bundle. From the sources,
 * where there is none, all run here.
 */
export function builtInSamplers(): SamplerHost {
  const worker = fileURLToPath(new URL("./sampler-worker.js", import.meta.url));
  const here = new LocalSamplerHost();
  return existsSync(worker) ? new DividedSamplerHost(here, new WorkerSamplerHost(worker)) : here;
}
