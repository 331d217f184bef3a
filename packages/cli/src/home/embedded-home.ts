import type { Trial } from "@qalam/api";
import { type Controllers, LocalSamplerHost, startControllers } from "@qalam/controllers";
import { FileLogs, type Runner, startRunner } from "@qalam/runner";
import { type DataDirectory, openDataDirectory } from "@qalam/store/sqlite";
import type { Home, HomeMode } from "./home.ts";

export interface EmbeddedHomeOptions {
  readonly mode: HomeMode;
  /** Errors that are tried again, for the log. */
  readonly onError: (where: string, error: Error) => void;
}

/** A home inside this process: it holds the data directory and, in mode `run`, controllers and runner. */
export interface EmbeddedHome extends Home {
  /** @param stopProcesses ends the trainings that run and has them run again at the next start; else they run on */
  close(stopProcesses?: boolean): Promise<void>;
}

/** @throws LockedError when another process holds the data directory */
export async function openEmbeddedHome(path: string, { mode, onError }: EmbeddedHomeOptions): Promise<EmbeddedHome> {
  const data = await openDataDirectory(path);
  if (mode === "read")
    return {
      store: data.resources,
      observations: data.observations,
      logs: new FileLogs(path),
      where: path,
      close: () => data.close(),
    };
  const { runner, controllers } = await startParts(data, onError);
  return {
    store: data.resources,
    observations: data.observations,
    logs: runner.logs,
    where: path,
    async close(stopProcesses = true) {
      await controllers.close();
      await runner.close(stopProcesses);
      await data.close();
    },
  };
}

async function startParts(
  data: DataDirectory,
  onError: EmbeddedHomeOptions["onError"],
): Promise<{ runner: Runner; controllers: Controllers }> {
  const { resources: store, observations, path } = data;
  const runner = await startRunner({ store, observations, dataDirectory: path, onError });
  const controllers = await startControllers({
    store,
    observations,
    samplers: new LocalSamplerHost(),
    explainMissingMetric: (trial: Trial) => runner.explainMissingMetric(trial),
    onError,
  });
  return { runner, controllers };
}
