import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { collect, startQalam, temporaryFolder, untilOutput } from "../e2e/qalam-command.ts";

/** Folder of the Python that has Katib's SDK; `npm test` makes it. */
export const SDK = process.env.QALAM_TEST_SDK;

/** Folder of the Python that has the newer Kubeflow SDK. */
export const KUBEFLOW_SDK = process.env.QALAM_TEST_KUBEFLOW_SDK;

/** `qalam up` whose trials find that Python. */
export async function startSdkServer() {
  const home = temporaryFolder();
  const env = { ...process.env, PATH: `${SDK}${delimiter}${process.env.PATH}`, KUBECONFIG: join(home, "kubeconfig") };
  const server = startQalam(["up", "--port", "0"], { home, env });
  const output = collect(server);
  onTestFinished(async () => {
    server.kill("SIGTERM");
    await output;
  });
  const dbManager = /gRPC\) at (\S+)/.exec(await untilOutput(server, /Ctrl-C/))?.[1] ?? "";
  return { home, env, dbManager };
}

/** Runs a script of this folder and reads the JSON of its last line. @param python folder of the Python that runs it @throws with all it wrote when it fails */
export async function runPython<T>(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  python = SDK,
): Promise<T> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const { status, stdout, stderr } = await collect(spawn(join(python ?? "", "python"), [file, ...args], { env }));
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stdout}\n${stderr}`);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as T;
}
