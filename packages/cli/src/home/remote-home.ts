import { TRIAL } from "@qalam/api";
import { Client } from "@qalam/client";
import type { ObservationQuery, ResourceStore } from "@qalam/store";
import type { Home } from "./home.ts";
import { pinnedFetch } from "./pinned-fetch.ts";
import { RemoteStore } from "./remote-store.ts";
import { ReturningServer } from "./returning-server.ts";
import { readCertificate } from "./server-certificate.ts";
import { readToken } from "./token.ts";

/** The home that a server in another process serves. */
export async function openRemoteHome(path: string, address: string, say: (line: string) => void): Promise<Home> {
  const server = new ReturningServer(path, address, say);
  const client = new Client({
    baseUrl: () => server.address,
    token: readToken(path),
    backoff: server.backoff,
    fetch: serverFetch(path),
  });
  const store = new RemoteStore(client);
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
    where: `server at ${address}`,
    close: async () => {},
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
function serverFetch(path: string): typeof fetch {
  let pinned: { readonly certificate: string; readonly fetch: typeof fetch } | undefined;
  return async (input, init) => {
    const certificate = readCertificate(path, input instanceof Request ? input.url : String(input));
    if (certificate === undefined) return fetch(input, init);
    if (pinned?.certificate !== certificate) pinned = { certificate, fetch: pinnedFetch(certificate) };
    return pinned.fetch(input, init);
  };
}
