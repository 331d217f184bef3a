import { X509Certificate } from "node:crypto";
import { CommandError, EXIT } from "./command-error.ts";

/** Name of Qalam's cluster, user and context in a kubeconfig. */
const NAME = "qalam";

interface Named {
  readonly name: string;
  readonly [key: string]: unknown;
}

/** The parts of a kubeconfig that matter here; all others are kept as they are. */
export interface Kubeconfig {
  readonly clusters?: readonly Named[] | null;
  readonly users?: readonly Named[] | null;
  readonly contexts?: readonly Named[] | null;
  readonly [key: string]: unknown;
}

/** How a server is reached. */
export interface ServerAccess {
  readonly address: string;
  readonly token: string;
  /** PEM; absent without TLS. */
  readonly certificate: string | undefined;
}

/** A kubeconfig that reaches a server, with its token: in the path without TLS, as kubectl sends tokens to HTTPS only. */
export function newKubeconfig({ address, token, certificate }: ServerAccess): Required<Kubeconfig> {
  const cluster =
    certificate === undefined
      ? { server: `${address}/t/${token}` }
      : {
          server: address,
          "certificate-authority-data": Buffer.from(certificate).toString("base64"),
          ...serverName(new X509Certificate(certificate), new URL(address).hostname),
        };
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: NAME, cluster }],
    users: [{ name: NAME, user: { token } }],
    contexts: [{ name: NAME, context: { cluster: NAME, user: NAME, namespace: "default" } }],
    "current-context": NAME,
  };
}

/** The name to ask for where the certificate is not for the address itself. */
function serverName(certificate: X509Certificate, address: string): { "tls-server-name"?: string } {
  if (certificate.checkIP(address) !== undefined) return {};
  const named = /(?:DNS|IP Address):([^,"\s]+)/.exec(certificate.subjectAltName ?? "")?.[1];
  return named === undefined ? {} : { "tls-server-name": named.replace(/^\*/, "qalam") };
}

/** What is in `existing` with Qalam's entries added or replaced; its context becomes the current one. @throws CommandError when it is no kubeconfig */
export function mergeKubeconfig(existing: unknown, added: Required<Kubeconfig>, where: string): Kubeconfig {
  if (existing === null || existing === undefined) return added;
  const known = existing as Kubeconfig;
  const lists = [known.clusters, known.users, known.contexts];
  const isKubeconfig = typeof existing === "object" && !Array.isArray(existing) && lists.every(isListOfNamed);
  if (!isKubeconfig)
    throw new CommandError(
      `${where} is not a kubeconfig, so it was left as it is: expected clusters, users and contexts as lists of objects with a name; name another file with --file`,
      EXIT.badInput,
    );
  return {
    ...known,
    ...added,
    clusters: merged(known.clusters, added.clusters),
    users: merged(known.users, added.users),
    contexts: merged(known.contexts, added.contexts),
  };
}

function isListOfNamed(list: unknown): boolean {
  return (
    (list ?? undefined) === undefined || (Array.isArray(list) && list.every((one) => typeof one?.name === "string"))
  );
}

function merged(known: readonly Named[] | null | undefined, added: readonly Named[] | null): readonly Named[] {
  const names = new Set(added?.map(({ name }) => name));
  return [...(known ?? []).filter(({ name }) => !names.has(name)), ...(added ?? [])];
}
