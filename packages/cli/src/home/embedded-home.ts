import { type Trial, VOLUMES_ANNOTATION } from "@qalam/api";
import { type Controllers, LocalSamplerHost, startControllers } from "@qalam/controllers";
import { FileLogs, type Runner, startRunner } from "@qalam/runner";
import { type ApiServer, startApiServer } from "@qalam/server";
import { type DataDirectory, openDataDirectory } from "@qalam/store/sqlite";
import type { VolumeMapping } from "../volume-flag.ts";
import { experimentAdmission } from "./experiment-admission.ts";
import type { Home, HomeMode } from "./home.ts";
import { ensureToken } from "./token.ts";

export interface EmbeddedHomeOptions {
  readonly mode: HomeMode;
  /** Port of the API server; any free one by default. */
  readonly port?: number;
  /** Folders that stand for container paths in every pod that maps none itself. */
  readonly volumes?: readonly VolumeMapping[];
  /** Errors that are tried again, for the log. */
  readonly onError: (where: string, error: Error) => void;
}

/** A home inside this process: it holds the data directory and, in mode `run`, controllers, runner and API server. */
export interface EmbeddedHome extends Home {
  /** Where the API server listens; absent in mode `read`. */
  readonly address: string | undefined;
  /** @param stopProcesses ends the trainings that run and has them run again at the next start; else they run on */
  close(stopProcesses?: boolean): Promise<void>;
}

interface Parts {
  readonly runner: Runner;
  readonly controllers: Controllers;
  readonly server: ApiServer;
}

/** @throws LockedError when another process holds the data directory */
export async function openEmbeddedHome(path: string, options: EmbeddedHomeOptions): Promise<EmbeddedHome> {
  const data = await openDataDirectory(path);
  const { resources: store, observations } = data;
  if (options.mode === "read")
    return {
      store,
      observations,
      logs: new FileLogs(path),
      where: path,
      address: undefined,
      close: () => data.close(),
    };
  const { runner, controllers, server } = await startParts(data, options).catch(async (error: Error) => {
    await data.close();
    throw error;
  });
  return {
    store,
    observations,
    logs: runner.logs,
    where: path,
    address: server.address,
    async close(stopProcesses = true) {
      await server.close();
      await controllers.close();
      await runner.close(stopProcesses);
      await data.close();
    },
  };
}

/** The server first: a port that is taken must not leave trainings behind. */
async function startParts(
  data: DataDirectory,
  { port = 0, volumes = [], onError }: EmbeddedHomeOptions,
): Promise<Parts> {
  const { resources: store, observations, path } = data;
  const parts: { runner?: Runner } = {};
  const logs = {
    read: (...call: Parameters<Runner["logs"]["read"]>) => (parts.runner?.logs ?? new FileLogs(path)).read(...call),
  };
  const server = await startApiServer(
    { store, observations, logs, admission: experimentAdmission(store), token: ensureToken(path), onError },
    { port },
  );
  data.setAddress(server.address);
  const runner = await startRunner({
    store,
    observations,
    dataDirectory: path,
    defaultAnnotations: volumes.length === 0 ? {} : { [VOLUMES_ANNOTATION]: JSON.stringify(volumes) },
    onError,
  });
  parts.runner = runner;
  const controllers = await startControllers({
    store,
    observations,
    samplers: new LocalSamplerHost(),
    explainMissingMetric: (trial: Trial) => runner.explainMissingMetric(trial),
    onError,
  });
  return { runner, controllers, server };
}
