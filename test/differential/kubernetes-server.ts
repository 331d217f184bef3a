import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { customResourceDefinitions } from "../../packages/server/src/custom-resource-definitions.ts";
import { type Answer, ask, type Endpoint } from "./exchange.ts";

const TOKEN = "a-token-for-the-differential-test";
const READY_WITHIN_MS = 100_000;

export interface RunningServer {
  readonly endpoint: Endpoint;
  stop(): Promise<void>;
}

/**
 * A Kubernetes API server over an empty etcd, with our CRDs installed. No controller runs beside it, as none runs beside ours.
 * @param programs folder of `etcd` and `kube-apiserver`
 */
export async function startKubernetesServer(programs: string): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), "qalam-kubernetes-"));
  const running: ChildProcess[] = [];
  const stop = async () => {
    for (const process of running.reverse()) await ended(process);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const [clients = 0, peers = 0, secure = 0] = await freePorts(3);
    const database = `http://127.0.0.1:${clients}`;
    running.push(run(join(programs, "etcd"), etcdFlags(folder, database, peers), folder));
    running.push(run(join(programs, "kube-apiserver"), apiServerFlags(folder, database, secure), folder));
    const endpoint = await untilReady(folder, `https://127.0.0.1:${secure}`, running);
    await installDefinitions(endpoint);
    return { endpoint, stop };
  } catch (error) {
    const log = readFileSync(join(folder, "kube-apiserver.log"), "utf8").split("\n").slice(-20).join("\n");
    await stop();
    throw new Error(`the Kubernetes API server did not start: ${(error as Error).message}\n${log}`);
  }
}

function etcdFlags(folder: string, database: string, peers: number): string[] {
  const at = `http://127.0.0.1:${peers}`;
  return [
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=${database}`,
    `--advertise-client-urls=${database}`,
    `--listen-peer-urls=${at}`,
    `--initial-advertise-peer-urls=${at}`,
    `--initial-cluster=default=${at}`,
    "--unsafe-no-fsync",
  ];
}

/** ServiceAccount admission wants accounts that a controller makes; the two others add to pods what depends on the cluster. */
function apiServerFlags(folder: string, database: string, port: number): string[] {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const key = join(folder, "service-account.key");
  const tokens = join(folder, "tokens.csv");
  writeFileSync(key, privateKey);
  writeFileSync(tokens, `${TOKEN},qalam,qalam,system:masters\n`);
  return [
    `--etcd-servers=${database}`,
    `--cert-dir=${join(folder, "certificates")}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    "--service-cluster-ip-range=10.0.0.0/24",
    "--authorization-mode=AlwaysAllow",
    `--token-auth-file=${tokens}`,
    "--disable-admission-plugins=ServiceAccount,DefaultTolerationSeconds,Priority",
    "--endpoint-reconciler-type=none",
  ];
}

/** Runs a program and kills it when its input ends: when it is told so, or when this process is gone in whatever way. */
const UNTIL_INPUT_ENDS =
  'exec 3<&0; "$@" </dev/null 3<&- & child=$!; { cat <&3 >/dev/null; kill -KILL $child 2>/dev/null; } & wait $child';

function run(program: string, flags: readonly string[], folder: string): ChildProcess {
  const name = program.split("/").at(-1);
  const args = ["-c", UNTIL_INPUT_ENDS, "sh", program, ...flags];
  const child = spawn("sh", args, { cwd: folder, stdio: ["pipe", "ignore", "pipe"] });
  child.stderr?.pipe(createWriteStream(join(folder, `${name}.log`)));
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.stdin?.end();
  await gone;
}

/** Ports that nobody listens on now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer();
          server.once("error", reject);
          server.listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function untilReady(folder: string, address: string, running: readonly ChildProcess[]): Promise<Endpoint> {
  let endpoint: Endpoint | undefined;
  await until(async () => {
    const dead = running.find(({ exitCode, pid }) => exitCode !== null || pid === undefined);
    if (dead !== undefined) throw new Error(`${dead.spawnargs[4]} ended with ${dead.exitCode}`);
    endpoint = { address, token: TOKEN, authority: readFileSync(join(folder, "certificates/apiserver.crt"), "utf8") };
    return (await ask(endpoint, { method: "GET", path: "/readyz" })).status === 200;
  });
  return endpoint as Endpoint;
}

/** Our definitions as a user would apply them. Ready when every document that speaks of kinds knows them: Kubernetes tells it nowhere. */
async function installDefinitions(endpoint: Endpoint): Promise<void> {
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  for (const definition of customResourceDefinitions("2026-01-01T00:00:00Z")) {
    const { status: _, metadata, ...rest } = definition as { status?: unknown; metadata: { name: string } };
    const body = { ...rest, metadata: { name: metadata.name } };
    const answer = await ask(endpoint, { method: "POST", path, body });
    if (answer.status !== 201) throw new Error(`our CRD was refused: ${JSON.stringify(answer.body)}`);
  }
  const group = "/apis/kubeflow.org/v1beta1";
  await until(async () => {
    const get = (path: string): Promise<Answer> => ask(endpoint, { method: "GET", path });
    const answers = await Promise.all(
      [
        group,
        `/openapi/v3${group}`,
        ...["experiments", "suggestions", "trials"].map((plural) => `${group}/${plural}`),
      ].map(get),
    );
    const [resources, document] = answers.map(({ body }) => JSON.stringify(body ?? ""));
    const knowsAll = [resources, document].every(
      (text) => /[tT]rials?/.test(text ?? "") && /suggestions/.test(text ?? "") && /experiments/.test(text ?? ""),
    );
    return knowsAll && answers.every(({ status }) => status === 200);
  });
}

/** Asks again and again, as there is no event to wait for in a program of others. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const last = Date.now() + READY_WITHIN_MS;
  for (;;) {
    let problem: unknown;
    try {
      if (await condition()) return;
    } catch (error) {
      problem = error;
      if (/ ended with /.test(String(error))) throw error;
    }
    if (Date.now() > last) throw new Error(`not ready within ${READY_WITHIN_MS / 1000} s: ${String(problem ?? "")}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
