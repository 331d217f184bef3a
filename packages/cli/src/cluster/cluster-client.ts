import { Agent } from "node:https";
import { Client } from "@qalam/client";
import { fetchThrough } from "../home/pinned-fetch.ts";
import type { ClusterAccess } from "./cluster-access.ts";

/** A client of a Kubernetes API server. */
export function clusterClient(access: ClusterAccess): Client {
  const { address, token, authority, certificate, key, serverName, isUnchecked } = access;
  const agent = new Agent({
    ...(authority !== undefined && { ca: authority }),
    ...(certificate !== undefined && { cert: certificate }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { servername: serverName }),
    ...(isUnchecked === true && { rejectUnauthorized: false }),
  });
  return new Client({
    baseUrl: address,
    ...(token !== undefined && { token }),
    ...(address.startsWith("https:") && { fetch: fetchThrough(agent) }),
  });
}
