import { X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { type Duplex, Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { type ConnectionOptions, connect } from "node:tls";

/** Answers that never have a body. */
const BODILESS = new Set([204, 205, 304]);

/**
 * `fetch` that trusts one certificate and no other, whoever issued it and whatever hosts it names. Node's own can be given no certificate.
 * @param certificate PEM
 */
export function pinnedFetch(certificate: string): typeof fetch {
  return fetchThrough(new PinnedAgent(new X509Certificate(certificate).fingerprint256));
}

/** `fetch` over connections that an agent makes: with an authority or a certificate of its own. */
export function fetchThrough(agent: Agent): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
    const message = await send(request, body, agent).catch((error: unknown) => {
      throw request.signal.aborted ? request.signal.reason : error;
    });
    return responseOf(message);
  };
}

/** Hands a connection out only after the server has shown the certificate, so that nothing is said to another. */
class PinnedAgent extends Agent {
  readonly #fingerprint: string;

  constructor(fingerprint: string) {
    super({ keepAlive: true });
    this.#fingerprint = fingerprint;
  }

  /** The base class calls it with `done`, and takes no socket for "later". */
  override createConnection(
    options: ConnectionOptions,
    done?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const socket = connect({ ...options, rejectUnauthorized: false }); // the fingerprint says more than any authority
    const failed = (error: Error) => done?.(error, socket);
    socket.once("error", failed).once("secureConnect", () => {
      socket.off("error", failed);
      if (socket.getPeerX509Certificate()?.fingerprint256 === this.#fingerprint) return done?.(null, socket);
      socket.destroy();
      failed(new Error("the server shows another certificate than the one it was started with"));
    });
  }
}

function send(request: Request, body: Buffer | undefined, agent: Agent): Promise<IncomingMessage> {
  const { method, url, headers, signal } = request;
  // Said here, as Node leaves the length of a DELETE's body out.
  const length = body === undefined ? {} : { "content-length": String(body.length) };
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...Object.fromEntries(headers), ...length }, agent, signal };
    httpsRequest(url, options, resolve).once("error", reject).end(body);
  });
}

function responseOf(message: IncomingMessage): Response {
  const { statusCode: status = 0, statusMessage: statusText = "", rawHeaders } = message;
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i] ?? "", rawHeaders[i + 1] ?? "");
  const hasBody = !BODILESS.has(status);
  if (!hasBody) message.resume();
  const body = hasBody ? (Readable.toWeb(message) as ReadableStream) : null;
  return new Response(body, { status, statusText, headers });
}
