import { findStoppingRule } from "@qalam/algorithms";
import { type Experiment, type Trial, VOLUMES_ANNOTATION } from "@qalam/api";
import { explainMissingPush, isPushed } from "@qalam/collectors";
import { type Controllers, type SamplerHost, startControllers } from "@qalam/controllers";
import { type GrpcServer, listen } from "@qalam/grpc/listen";
import { FileLogs, type Runner, startRunner } from "@qalam/runner";
import { type ApiServer, startApiServer } from "@qalam/server";
import type { ContainerLogs } from "@qalam/store";
import { type DataDirectory, openDataDirectory } from "@qalam/store/sqlite";
import type { SuggestionServices } from "../suggestion-services.ts";
import type { TlsFiles } from "../tls-files.ts";
import type { VolumeMapping } from "../volume-flag.ts";
import { builtInSamplers } from "./built-in-samplers.ts";
import { type ExternalAlgorithms, experimentAdmission } from "./experiment-admission.ts";
import type { Home, HomeMode } from "./home.ts";
import { localObservations } from "./local-observations.ts";
import { forgetPorts, keepPorts, leftPorts, startOnFirst } from "./ports.ts";
import { keepCertificate } from "./server-certificate.ts";
import { ensureToken } from "./token.ts";
import { trialEnvironment } from "./trial-environment.ts";

/** Katib's own, so that addresses in its documents and scripts are right. */
const DB_MANAGER_PORT = 6789;

export interface EmbeddedHomeOptions {
  readonly mode: HomeMode;
  /** The server ends with this command: another that needs one goes on serving. */
  readonly passing?: boolean;
  /** Port of the API server; any free one by default. */
  readonly port?: number;
  /** Port of the DBManager (gRPC); Katib's if it is free, else any free one by default. */
  readonly grpcPort?: number;
  /** Search algorithms that run elsewhere. */
  readonly suggestionServices?: SuggestionServices;
  /** Folders that stand for container paths in every pod that maps none itself. */
  readonly volumes?: readonly VolumeMapping[];
  /** Serves HTTPS. */
  readonly tls?: TlsFiles;
  /** Errors that are tried again, for the log. */
  readonly onError: (where: string, error: Error) => void;
}

/** A home inside this process: it holds the data directory and, in mode `run`, controllers, runner and API server. */
export interface EmbeddedHome extends Home {
  /** Where the API server listens; absent in mode `read`. */
  readonly address: string | undefined;
  /** `host:port` of the DBManager; absent in mode `read`. */
  readonly dbManager: string | undefined;
  /** @param stopProcesses ends the trainings that run and has them run again at the next start; else they run on. By default they do when another command takes over */
  close(stopProcesses?: boolean): Promise<void>;
}

interface Parts {
  readonly runner: Runner;
  readonly controllers: Controllers;
  readonly server: ApiServer;
  readonly dbManager: GrpcServer;
}

/** @throws LockedError when another process holds the data directory */
export async function openEmbeddedHome(path: string, options: EmbeddedHomeOptions): Promise<EmbeddedHome> {
  const data = await openDataDirectory(path);
  const { resources: store } = data;
  if (options.mode === "read")
    return {
      store,
      observations: localObservations(data, false),
      logs: new FileLogs(path),
      isServed: false,
      where: path,
      address: undefined,
      dbManager: undefined,
      close: () => data.close(),
    };
  const { runner, controllers, server, dbManager } = await startParts(data, options).catch(async (error: Error) => {
    await data.close();
    throw error;
  });
  return {
    store,
    observations: localObservations(data, true),
    logs: runner.logs,
    isServed: false,
    where: path,
    address: server.address,
    dbManager: dbManager.address,
    async close(stopProcesses = !server.hasSuccessor()) {
      await server.close();
      await controllers.close();
      await runner.close(stopProcesses);
      await dbManager.close(); // last: a training that is stopped may still report
      if (stopProcesses) forgetPorts(path);
      await data.close();
    },
  };
}

/** The servers first: a port that is taken must not leave trainings behind. */
async function startParts(data: DataDirectory, options: EmbeddedHomeOptions): Promise<Parts> {
  const { resources: store, observations, path } = data;
  const { volumes = [], onError } = options;
  const parts: { runner?: Runner } = {};
  const logs = {
    read: (...call: Parameters<Runner["logs"]["read"]>) => (parts.runner?.logs ?? new FileLogs(path)).read(...call),
  };
  const { server, dbManager, token, samplers } = await startServers(data, logs, options);
  const runner = await startRunner({
    store,
    observations,
    dataDirectory: path,
    defaultAnnotations: volumes.length === 0 ? {} : { [VOLUMES_ANNOTATION]: JSON.stringify(volumes) },
    trialEnvironment: trialEnvironment({
      dataDirectory: path,
      serverUrl: `${server.address.replace(/^https/, "http")}/t/${token}`, // see docs/adr on TLS
      dbManager: dbManager.address,
    }),
    onError,
  });
  parts.runner = runner;
  const controllers = await startControllers({
    store,
    observations,
    samplers,
    stoppingRules: findStoppingRule,
    explainMissingMetric: async (trial: Trial) => {
      if (!isPushed(trial)) return runner.explainMissingMetric(trial);
      const pushed = await observations.summarize(trial.metadata.uid ?? "");
      return explainMissingPush(
        trial,
        pushed.map(({ name }) => name),
      );
    },
    onError,
  });
  return { runner, controllers, server, dbManager };
}

/** The API server and the DBManager, on the ports that were asked for, or those that trainings of a killed server know. */
async function startServers(
  { resources: store, observations, path, setAddress }: DataDirectory,
  logs: ContainerLogs,
  { port, grpcPort, suggestionServices = new Map(), tls, passing, onError }: EmbeddedHomeOptions,
): Promise<Pick<Parts, "server" | "dbManager"> & { readonly token: string; readonly samplers: SamplerHost }> {
  const left = leftPorts(path);
  const token = ensureToken(path);
  const { samplers, external } = await samplerHost(suggestionServices);
  const admission = experimentAdmission(store, external);
  const server = await startOnFirst(port === undefined ? [left.api ?? 0, 0] : [port], (one) =>
    startApiServer(
      { store, observations, logs, admission, token, onError, ...(tls !== undefined && { tls }) },
      { port: one },
    ),
  );
  keepCertificate(path, tls?.cert);
  setAddress(server.address, passing);
  const openDbManager = async () => {
    const { dbManagerService, serveConnections } = await import("@qalam/grpc");
    const services = [dbManagerService({ store, observations, now: () => new Date().toISOString() })];
    const check = async (): Promise<void> => void (await store.currentResourceVersion());
    return serveConnections({ services, check, onError });
  };
  const wanted = grpcPort === undefined ? [left.dbManager ?? DB_MANAGER_PORT, DB_MANAGER_PORT, 0] : [grpcPort];
  const dbManager = await startOnFirst(wanted, (one) => listen(openDbManager, { port: one, onError })).catch(
    async (error: Error) => {
      await server.close();
      throw error;
    },
  );
  keepPorts(path, { api: portOf(server.address), dbManager: portOf(dbManager.address) });
  return { server, dbManager, token, samplers };
}

/** Algorithms that run elsewhere are called over gRPC, which is loaded for them only. */
async function samplerHost(
  services: SuggestionServices,
): Promise<{ readonly samplers: SamplerHost; readonly external?: ExternalAlgorithms }> {
  if (services.size === 0) return { samplers: builtInSamplers() };
  const { ExternalSamplerHost } = await import("@qalam/grpc");
  const samplers = new ExternalSamplerHost(services, builtInSamplers());
  const problems = (experiment: Experiment) => samplers.problems(experiment);
  return { samplers, external: { names: [...services.keys()], problems } };
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}
