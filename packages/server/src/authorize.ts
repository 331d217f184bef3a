import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { RequestError } from "./status-error.ts";

interface AuthorizationOptions {
  /** Every request must carry it: `Authorization: Bearer <token>`. */
  readonly token: string;
  /** Whether the server may be asked for under a host name, beside loopback ones. */
  readonly isOwnHost: (name: string) => boolean;
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
/** Asked for by probes, answered without a token, and tells nothing. */
const open = new Set(["/healthz", "/livez", "/readyz"]);

/** A token in front of the path: kubectl sends no Authorization header to a server without TLS, but keeps the path of its address; before addresses that it read with it, some versions put it twice. */
const tokenPath = /^(?:\/t\/([\w-]{20,}))+(\/.*)?$/;

/** The path and the token that stands in front of it, if one does. */
export function splitTokenPath(path: string): { path: string; token: string | undefined } {
  const match = tokenPath.exec(path);
  return match === null ? { path, token: undefined } : { path: match[2] ?? "/", token: match[1] };
}

/** Lets a request in or throws. @param pathToken the token in front of the path, if one stands there @throws RequestError 403 or 401 */
export type Authorize = (request: IncomingMessage, path: string, pathToken: string | undefined) => void;

/** Asks of every request the right Host (against DNS rebinding), no foreign Origin (against other web pages) and the token. */
export function newAuthorization({ token, isOwnHost }: AuthorizationOptions): Authorize {
  const expected = digest(token);
  return ({ headers }, path, pathToken) => {
    const host = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
    if (!loopback.test(host) && !isOwnHost(host))
      throw new RequestError(403, "this server is not known by the Host of the request");
    const { origin } = headers;
    if (origin !== undefined && origin !== `http://${headers.host}` && origin !== `https://${headers.host}`)
      throw new RequestError(403, "requests from other web pages are refused");
    if (open.has(path)) return;
    const given = pathToken ?? /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? "";
    if (!timingSafeEqual(digest(given), expected)) throw new RequestError(401, "Unauthorized");
  };
}

/** Equal lengths, so that comparing takes the same time whatever was sent. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
