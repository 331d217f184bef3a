import type { Socket } from "node:net";
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from "@grpc/grpc-js";
import { healthService } from "./health.ts";
import { type ConnectionHandler, type GrpcServer, type ListenOptions, listen } from "./listen.ts";
import { reflectionService } from "./reflection.ts";
import type { Service } from "./service.ts";
import { serviceDefinition } from "./service-definition.ts";

/** A collector may report all rows of a long training in one call; Katib takes 2 GiB, which no laptop should be made to hold. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;
const CLOSE_GRACE_MS = 2_000;

export interface GrpcServices extends Pick<ListenOptions, "onError"> {
  readonly services: readonly Service[];
  /** Throws when the server cannot work; asked by health checks. */
  readonly check?: () => Promise<void>;
}

/** Serves gRPC services with health checks and reflection, in plain text. @throws Error naming the port when it cannot be had */
export function startGrpcServer(options: GrpcServices & ListenOptions): Promise<GrpcServer> {
  return listen(async () => serveConnections(options), options);
}

/** The same on connections that somebody else accepted. */
export function serveConnections({ services, check = async () => {}, onError }: GrpcServices): ConnectionHandler {
  setLogVerbosity(logVerbosity.NONE); // what goes wrong is thrown or reported; the library would also write it to stderr
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": -1,
  });
  const health = healthService(services, check);
  for (const service of [...services, health, reflectionService([...services, health])])
    for (const name of [service.description.typeName, ...(service.aliases ?? [])])
      server.addService(serviceDefinition(service.description, name), service.implementation(onError));
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return {
    take: (connection: Socket) => injector.injectConnection(connection),
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
