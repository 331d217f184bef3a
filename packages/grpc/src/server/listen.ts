import { createServer, type Socket } from "node:net";

export interface GrpcServer {
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  /** Lets calls under way end, for two seconds at most. */
  close(): Promise<void>;
}

/** Speaks gRPC over the connections that it is given. */
export interface ConnectionHandler {
  take(connection: Socket): void;
  /** Lets calls under way end, for two seconds at most. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** Any free one by default. */
  readonly port?: number;
  /** Faults of the server itself; callers only learn that there was one. */
  readonly onError: (where: string, error: Error) => void;
}

/**
 * Listens at once, and makes what answers when the first caller comes: most experiments report nothing over gRPC, and to load it takes longer than all the rest of
 * the start. @throws Error naming the port when it cannot be had
 */
export async function listen(
  open: () => Promise<ConnectionHandler>,
  { host = "127.0.0.1", port = 0, onError }: ListenOptions,
): Promise<GrpcServer> {
  let handler: Promise<ConnectionHandler> | undefined;
  const server = createServer((connection) => {
    connection.on("error", () => connection.destroy()); // a client that vanished
    handler ??= open();
    handler.then(
      (one) => one.take(connection),
      (error: Error) => {
        connection.destroy();
        onError("gRPC", error);
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", ({ message }) => reject(new Error(`cannot listen on port ${port} of ${host}: ${message}`)));
    server.listen(port, host, resolve);
  });
  const bound = server.address();
  return {
    address: `${host}:${typeof bound === "object" ? bound?.port : port}`,
    async close() {
      server.close();
      await (await handler)?.close();
    },
  };
}
