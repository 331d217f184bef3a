import { accessSync, constants, existsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { delimiter, join } from "node:path";
import { machineCapacity, memoryLimitSupport } from "@qalam/runner";
import type { ResourceStore } from "@qalam/store";
import { readLockHolder } from "@qalam/store/sqlite";
import type { Command } from "commander";
import { dataDirectory } from "../home/data-directory.ts";
import { withHome } from "../home/open-home.ts";
import { asksForConfigMap, loadManifests } from "../load-manifest.ts";
import { readManifests } from "../manifest-files.ts";
import { suggestionServices } from "../suggestion-services.ts";
import { print, type Terminal } from "../terminal.ts";
import { versionText } from "../version.ts";

/** `validate`, `doctor` and `version`: what can be told without running anything. */
export function addCheckCommands(program: Command, terminal: Terminal): void {
  program
    .command("validate")
    .description("check manifests and show every problem with its place")
    .argument("<files...>", "manifests or folders of them; - reads standard input")
    .option("-n, --namespace <name>", "namespace for all objects")
    .action(async (files: string[], { namespace }: { namespace?: string }) => {
      const texts = readManifests(files);
      const algorithms = [...suggestionServices(undefined, terminal.env).keys()];
      const check = (store?: ResourceStore) => loadManifests(texts, namespace, store, algorithms);
      const objects = await check().catch((error: Error) => {
        if (!asksForConfigMap(error) || !existsSync(dataDirectory(terminal.env))) throw error;
        return withHome(terminal, "read", ({ store }) => check(store));
      });
      for (const { kind, metadata } of objects)
        print(terminal, `${kind.toLowerCase()} ${metadata.namespace}/${metadata.name} is valid`);
    });
  program
    .command("doctor")
    .description("show what this machine can do for trials, and what is in the way")
    .action(() => doctor(terminal));
  program
    .command("version")
    .description("show the version")
    .action(() => print(terminal, versionText()));
}

async function doctor(terminal: Terminal): Promise<void> {
  const path = dataDirectory(terminal.env);
  const { cpu, gpus } = machineCapacity();
  const memory = memoryLimitSupport();
  const holder = existsSync(path) ? await readLockHolder(path) : undefined;
  const lines: [string, string][] = [
    ["Node", `${process.versions.node}, ${process.execPath}`],
    [
      "data directory",
      `${path}${existsSync(path) ? (isWritable(path) ? "" : " (NOT WRITABLE)") : " (made at the first run)"}`,
    ],
    [
      "server",
      holder === undefined
        ? "none runs"
        : `process ${holder.pid}${holder.address === undefined ? "" : ` at ${holder.address}`} since ${holder.since}`,
    ],
    ["cpu", `${availableParallelism()} cores; trials may request ${cpu} in total`],
    ["memory", `${(totalmem() / 2 ** 30).toFixed(1)} GiB; never given out twice`],
    ["GPUs", gpus.length === 0 ? "none found (nvidia-smi)" : gpus.join(", ")],
    ["memory limits", memory.version === undefined ? `not enforced: ${memory.reason}` : `enforced: ${memory.reason}`],
    [
      "python",
      findInPath("python", terminal) ??
        `not in PATH${findInPath("python3", terminal) === undefined ? "" : `; python3 is at ${findInPath("python3", terminal)}`}: activate an environment before \`qalam run\``,
    ],
    ["kubectl", findInPath("kubectl", terminal) ?? "not in PATH (only needed for `qalam up`)"],
  ];
  for (const [name, text] of lines) print(terminal, `${name.padEnd(15)} ${text}`);
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false; // shown as such
  }
}

function findInPath(command: string, { env }: Terminal): string | undefined {
  return (env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, command))
    .find(existsSync);
}
