import { createServer as createHttpServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";

/** PEM texts. */
export interface TlsOptions {
  /** The server's certificate and those between it and its authority. */
  readonly cert: string;
  readonly key: string;
}

/** The first byte of every TLS connection: a handshake record (RFC 8446, 5.1). */
const TLS_HANDSHAKE = 0x16;
/** A connection that says nothing for this long is closed. */
const SILENT_MS = 30_000;

export interface TlsListener {
  readonly server: Server;
  /** Ends all connections, also those that have not said yet what they are. */
  closeConnections(): void;
}

/** A server of HTTPS whose port also understands plain HTTP, so that it can be answered: a connection's first byte tells which it is. */
export function createTlsListener(
  tls: TlsOptions,
  limits: ServerOptions,
  handlers: { readonly secure: RequestListener; readonly plain: RequestListener },
): TlsListener {
  const server = createHttpsServer({ ...limits, ...tls, minVersion: "TLSv1.2" }, handlers.secure);
  const plain = createHttpServer(limits, handlers.plain).setTimeout(SILENT_MS);
  const [startTls] = server.listeners("connection") as [(socket: Socket) => void];
  const sockets = new Set<Socket>();
  server.off("connection", startTls).on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    firstByte(socket, (byte) => {
      if (byte === TLS_HANDSHAKE) startTls.call(server, socket);
      else plain.emit("connection", socket);
    });
  });
  return {
    server,
    closeConnections() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Looks at a connection's first byte and leaves it there. */
function firstByte(socket: Socket, use: (byte: number) => void): void {
  const forget = () => socket.destroy();
  socket.setTimeout(SILENT_MS, forget).once("error", forget);
  socket.once("readable", () => {
    const start = socket.read() as Buffer | null;
    if (start === null) return; // it ended
    socket.setTimeout(0, forget).off("error", forget);
    socket.unshift(start);
    use(start[0] ?? 0);
  });
}
