import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from "@grpc/grpc-js";
import { healthService } from "./health.ts";
import { reflectionService } from "./reflection.ts";
import type { Service } from "./service.ts";
import { serviceDefinition } from "./service-definition.ts";

/** A collector may report all rows of a long training in one call; Katib takes 2 GiB, which no laptop should be made to hold. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;
const CLOSE_GRACE_MS = 2_000;

export interface GrpcServerOptions {
  readonly services: readonly Service[];
  /** Throws when the server cannot work; asked by health checks. */
  readonly check?: () => Promise<void>;
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** Any free one by default. */
  readonly port?: number;
  /** Faults of the server itself; callers only learn that there was one. */
  readonly onError: (where: string, error: Error) => void;
}

export interface GrpcServer {
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  /** Lets calls under way end, for two seconds at most. */
  close(): Promise<void>;
}

/** Serves gRPC services with health checks and reflection, in plain text. @throws Error naming the port when it cannot be had */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { services, check = async () => {}, host = "127.0.0.1", port = 0, onError } = options;
  setLogVerbosity(logVerbosity.NONE); // what goes wrong is thrown or reported; the library would also write it to stderr
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": -1,
  });
  const health = healthService(services, check);
  for (const service of [...services, health, reflectionService([...services, health])])
    for (const name of [service.description.typeName, ...(service.aliases ?? [])])
      server.addService(serviceDefinition(service.description, name), service.implementation(onError));
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(
      `${host.includes(":") ? `[${host}]` : host}:${port}`,
      ServerCredentials.createInsecure(),
      (error, actual) =>
        error === null
          ? resolve(actual)
          : reject(new Error(`cannot listen on port ${port} of ${host}: ${error.message}`)),
    ),
  );
  return {
    address: `${host}:${bound}`,
    close: () =>
      new Promise<void>((resolve) => {
        const force = setTimeout(() => server.forceShutdown(), CLOSE_GRACE_MS);
        server.tryShutdown(() => {
          clearTimeout(force);
          resolve();
        });
      }),
  };
}
