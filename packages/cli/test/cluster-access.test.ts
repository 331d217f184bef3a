import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONFIG_MAP } from "@qalam/api";
import { startApiServer } from "@qalam/server";
import { MemoryObservationStore, MemoryStore } from "@qalam/store/memory";
import { newCertificate } from "@qalam/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { type ClusterAccess, kubeconfigAccess, serviceAccountAccess } from "../src/cluster/cluster-access.ts";
import { clusterClient } from "../src/cluster/cluster-client.ts";

const TOKEN = "a-token-that-is-long-enough-to-be-one";
const folder = mkdtempSync(join(tmpdir(), "qalam-cluster-"));
const authority = newCertificate(folder, "authority", { hosts: "" });
const signed = newCertificate(folder, "server", { issuer: authority });
let server: Awaited<ReturnType<typeof startApiServer>>;
let port = "";

beforeAll(async () => {
  const nothing = async (_: unknown, object: never) => object;
  server = await startApiServer({
    store: new MemoryStore(),
    observations: new MemoryObservationStore(),
    logs: { read: async function* () {} },
    admission: { create: nothing, update: async (_, __, object) => object },
    token: TOKEN,
    onError: () => {},
    tls: signed,
  });
  port = new URL(server.address).port;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const list = (access: ClusterAccess | undefined) => clusterClient(access as ClusterAccess).list(CONFIG_MAP);

describe("access to a cluster", () => {
  it("is a pod's service account", async () => {
    const env = { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: port };
    expect(serviceAccountAccess({}, folder)).toBeUndefined();
    expect(serviceAccountAccess(env, folder)).toBeUndefined();
    file("token", `${TOKEN}\n`);
    file("namespace", "team\n");
    file("ca.crt", authority.cert);
    const access = serviceAccountAccess(env, folder);
    expect(access).toMatchObject({ address: `https://127.0.0.1:${port}`, namespace: "team", token: TOKEN });
    expect((await list(access)).items).toEqual([]);
    file("token", "another");
    await expect(list(serviceAccountAccess(env, folder))).rejects.toMatchObject({ status: 401 });
    expect(serviceAccountAccess({ KUBERNETES_SERVICE_HOST: "fd00::1" }, folder)?.address).toBe("https://[fd00::1]:443");
  });

  const config = (cluster: object, user: object, context: object = {}) => ({
    clusters: [{ name: "c", cluster: { server: server.address, ...cluster } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u", ...context } }],
    "current-context": "x",
  });

  it("is a kubeconfig's current context, its files beside it", async () => {
    file("login", TOKEN);
    for (const [cluster, user] of [
      [{ "certificate-authority": "authority.pem" }, { tokenFile: "login" }],
      [{ "certificate-authority-data": Buffer.from(authority.cert).toString("base64") }, { token: TOKEN }],
      [{ "insecure-skip-tls-verify": true }, { token: TOKEN }],
      [{ "certificate-authority": authority.certFile, "tls-server-name": "localhost" }, { token: TOKEN }],
    ] as const)
      expect((await list(kubeconfigAccess(file("config", stringify(config(cluster, user)))))).items).toEqual([]);
    const unknown = kubeconfigAccess(file("config", stringify(config({}, { token: TOKEN }, { namespace: "n" }))));
    expect(unknown.namespace).toBe("n");
    await expect(list(unknown)).rejects.toMatchObject({ code: "CONNECTION" });
    const misnamed = { "certificate-authority": "authority.pem", "tls-server-name": "elsewhere.example" };
    await expect(list(kubeconfigAccess(file("config", stringify(config(misnamed, {})))))).rejects.toMatchObject({
      code: "CONNECTION",
    });
  });

  it("is refused with what is missing", () => {
    const refusal = (text: string) => {
      try {
        return kubeconfigAccess(file("config", text));
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(refusal("nonsense")).toMatch(/config is not a kubeconfig/);
    expect(refusal("a: [")).toMatch(/config is not a kubeconfig/);
    expect(refusal("{}")).toMatch(/contexts has no context ""; it has none/);
    expect(refusal(stringify({ ...config({}, {}), "current-context": "y" }))).toMatch(/no context "y"; it has x/);
    expect(refusal(stringify(config({}, { exec: { command: "login" } })))).toMatch(/user u logs in by a program/);
    expect(() => kubeconfigAccess(join(folder, "none"))).toThrow(/none cannot be read/);
  });
});
