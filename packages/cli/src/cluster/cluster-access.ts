import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { CommandError } from "../command-error.ts";

/** How a Kubernetes API server is reached, and as whom. PEM texts. */
export interface ClusterAccess {
  readonly address: string;
  readonly namespace: string;
  readonly token?: string;
  readonly authority?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** Name to ask for instead of the address's. */
  readonly serverName?: string;
  readonly isUnchecked?: boolean;
}

/** Where Kubernetes puts a pod's account. */
const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The access that a pod has; undefined outside of one. @param folder with the files of the account */
export function serviceAccountAccess(env: NodeJS.ProcessEnv, folder = SERVICE_ACCOUNT): ClusterAccess | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = "443" } = env;
  if (!host || !existsSync(join(folder, "token"))) return undefined;
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  return {
    address: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    namespace: read("namespace").trim(),
    token: read("token").trim(),
    authority: read("ca.crt"),
  };
}

type Entry = Readonly<Record<string, unknown>>;

/** The access of a kubeconfig's current context. @throws CommandError when it has none, or one that runs a program to log in */
export function kubeconfigAccess(file: string): ClusterAccess {
  const config = readYaml(file) as Entry;
  const current = config["current-context"];
  const context = entry(config, "contexts", current, "context", file);
  const cluster = entry(config, "clusters", context.cluster, "cluster", file);
  const user = entry(config, "users", context.user, "user", file);
  if (user.exec !== undefined || user["auth-provider"] !== undefined)
    throw new CommandError(
      `${file}: user ${String(context.user)} logs in by a program, which is not run here; expected a token or a client certificate`,
    );
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const pem = (of: Entry, name: string): string | undefined => {
    const data = text(of[`${name}-data`]);
    if (data !== undefined) return Buffer.from(data, "base64").toString();
    const path = text(of[name]);
    return path === undefined ? undefined : readText(resolve(dirname(file), path));
  };
  const tokenFile = text(user.tokenFile);
  const token = tokenFile === undefined ? text(user.token) : readText(resolve(dirname(file), tokenFile)).trim();
  const known = {
    token,
    authority: pem(cluster, "certificate-authority"),
    certificate: pem(user, "client-certificate"),
    key: pem(user, "client-key"),
    serverName: text(cluster["tls-server-name"]),
  };
  const given = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  return {
    address: text(cluster.server) ?? "",
    namespace: text(context.namespace) ?? "default",
    ...given,
    ...(cluster["insecure-skip-tls-verify"] === true && { isUnchecked: true }),
  };
}

/** @throws CommandError when there is no such entry */
function entry(config: Entry, list: string, name: unknown, member: string, file: string): Entry {
  const entries = Array.isArray(config[list]) ? (config[list] as Entry[]) : [];
  const found = entries.find((one) => one?.name === name)?.[member];
  if (typeof found === "object" && found !== null) return found as Entry;
  const known = entries.map((one) => String(one?.name)).join(", ");
  throw new CommandError(`${file}: ${list} has no ${member} ${JSON.stringify(name ?? "")}; it has ${known || "none"}`);
}

function readYaml(file: string): unknown {
  try {
    const content: unknown = parse(readText(file));
    if (typeof content === "object" && content !== null) return content;
  } catch (error) {
    if (error instanceof CommandError) throw error;
  }
  throw new CommandError(`${file} is not a kubeconfig: expected YAML with clusters, users and contexts`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${(error as Error).message}`);
  }
}
