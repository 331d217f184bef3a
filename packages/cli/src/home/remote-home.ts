import { NAMESPACE, SUCCESSOR_HEADER, TRIAL } from "@qalam/api";
import { Client } from "@qalam/client";
import type { LockHolder, ObservationQuery, ResourceStore } from "@qalam/store";
import type { EmbeddedHome } from "./embedded-home.ts";
import type { Home } from "./home.ts";
import { pinnedFetch } from "./pinned-fetch.ts";
import { RemoteStore } from "./remote-store.ts";
import { ReturningServer } from "./returning-server.ts";
import { readCertificate } from "./server-certificate.ts";
import { readToken } from "./token.ts";

/** How a command lives with the server of another process. */
export interface RemoteHomeOptions {
  /** Tells the user, once, that the server does not answer. */
  readonly say: (line: string) => void;
  /** For commands that serve the data directory themselves when the server ended with the command that hosted it. */
  readonly takeOver?: () => Promise<EmbeddedHome | undefined>;
}

/** The home that a server in another process serves. @throws ConnectionError when it does not answer */
export async function openRemoteHome(
  path: string,
  holder: LockHolder & { readonly address: string },
  { say, takeOver }: RemoteHomeOptions,
): Promise<Home> {
  let own: EmbeddedHome | undefined;
  const serve = async () => {
    own = await takeOver?.();
    return own?.address;
  };
  const server = new ReturningServer(path, holder, say, takeOver && serve);
  const client = new Client({
    baseUrl: () => server.address,
    token: readToken(path),
    backoff: server.backoff,
    fetch: serverFetch(path, takeOver === undefined ? {} : { [SUCCESSOR_HEADER]: "yes" }),
  });
  await client.list(NAMESPACE, { limit: 1 });
  const store = new RemoteStore(client, server.backoff);
  const observationsOf = async (uid: string, query: ObservationQuery) => {
    const trial = await findTrial(store, uid);
    return trial === undefined ? { metrics: [], rows: [] } : client.observations(trial, query);
  };
  return {
    store,
    observations: {
      query: async (uid, query = {}) => (await observationsOf(uid, query)).rows,
      async *portions(uid, query = {}) {
        const trial = await findTrial(store, uid);
        if (trial !== undefined) yield* client.streamObservations(trial, query);
      },
      follow: (trial, query, signal) => client.followObservations(trial, { ...query, signal }),
      summarize: async (uid) => (await observationsOf(uid, { downsample: 1 })).metrics,
    },
    logs: { read: (pod, options, signal) => client.logs(pod, { ...options, signal }) },
    isServed: true,
    where: `server at ${holder.address}`,
    close: async () => own?.close(),
  };
}

const names = new Map<string, { namespace: string; name: string }>();

/** Observations are keyed by uid and the API by name; a trial keeps both for its life. */
async function findTrial(store: ResourceStore, uid: string): Promise<{ namespace: string; name: string } | undefined> {
  if (!names.has(uid))
    for (const { metadata } of (await store.list(TRIAL)).items)
      names.set(metadata.uid ?? "", { namespace: metadata.namespace ?? "", name: metadata.name });
  return names.get(uid);
}

/** Trusts the certificate that the server of a data directory was started with; one that was started again may have another, or none. */
function serverFetch(path: string, headers: Readonly<Record<string, string>>): typeof fetch {
  let pinned: { readonly certificate: string; readonly fetch: typeof fetch } | undefined;
  return async (input, given) => {
    const init = { ...given, headers: { ...(given?.headers as Record<string, string>), ...headers } };
    const certificate = readCertificate(path, input instanceof Request ? input.url : String(input));
    if (certificate === undefined) return fetch(input, init);
    if (pinned?.certificate !== certificate) pinned = { certificate, fetch: pinnedFetch(certificate) };
    return pinned.fetch(input, init);
  };
}
