import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { onTestFinished } from "vitest";
import { ensureKubectl } from "../../tools/kubectl.mjs";
import { type CommandResult, collect, startQalam, temporaryFolder, untilOutput } from "./qalam-command.ts";

const found = spawnSync("sh", ["-c", "command -v kubectl"]).stdout.toString().trim();

/** The kubectls to test with: the one on this machine, the newest, and one that asks for OpenAPI v2 as protobuf, as all up to 1.28 do. */
export const kubectls: Readonly<Record<string, string | undefined>> = {
  ...(found !== "" && { "of this machine": found }),
  "1.37": ensureKubectl("current"),
  "1.27": ensureKubectl("old"),
};

export interface ClusterOptions {
  /** More arguments of `qalam up`. */
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** `qalam up` in a data directory of its own, with kubectl pointed at it as its output says. */
export async function startCluster(program: string, { args = [], env: more = {} }: ClusterOptions = {}) {
  const home = temporaryFolder();
  const server = startQalam(["up", "--port", "0", ...args], { home, env: more });
  const output = collect(server);
  onTestFinished(async () => {
    server.kill("SIGTERM");
    await output;
  });
  const said = await untilOutput(server, /Ctrl-C/);
  const bin = join(home, "bin");
  mkdirSync(bin);
  symlinkSync(program, join(bin, "kubectl"));
  const env = {
    ...process.env,
    ...more,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    KUBECONFIG: /export KUBECONFIG=(\S+)/.exec(said)?.[1],
  };
  /** Starts a line as a user's shell would. */
  const shell = (line: string): ChildProcess =>
    spawn("bash", ["-c", line], { cwd: home, env, timeout: 120_000, stdio: ["ignore", "pipe", "pipe"] });
  const kubectl = (args: readonly string[], input?: string, extra: NodeJS.ProcessEnv = {}): Promise<CommandResult> => {
    const child = spawn(program, args, {
      timeout: 60_000,
      cwd: home,
      env: { ...env, ...extra },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    child.stdin?.end(input);
    return collect(child);
  };
  /** Ends the server and tells what it wrote. */
  const stop = (): Promise<CommandResult> => {
    server.kill("SIGTERM");
    return output;
  };
  return { home, said, kubectl, shell, stop };
}
