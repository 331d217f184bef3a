import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { readLockHolder } from "@qalam/store/sqlite";
import type { Command } from "commander";
import { parse, stringify } from "yaml";
import { CommandError, EXIT } from "../command-error.ts";
import { dataDirectory } from "../home/data-directory.ts";
import { readCertificate } from "../home/server-certificate.ts";
import { readToken } from "../home/token.ts";
import { mergeKubeconfig, newKubeconfig } from "../kubeconfig.ts";
import { say, type Terminal } from "../terminal.ts";

interface KubeconfigFlags {
  readonly print?: boolean;
  readonly file?: string;
}

/** `qalam kubeconfig`: lets kubectl find the running server beside the clusters it knows. */
export function addKubeconfigCommand(program: Command, terminal: Terminal): void {
  program
    .command("kubeconfig")
    .description(
      "add the running server to a kubeconfig, beside the clusters that are there, and make it the current one",
    )
    .option("--file <path>", "the kubeconfig (default: the first of $KUBECONFIG, else ~/.kube/config)")
    .option("--print", "print a kubeconfig of this server alone instead")
    .addHelpText("after", "\nExample:\n  qalam up &\n  qalam kubeconfig\n  kubectl get experiments -A")
    .action(async ({ print, file = defaultFile(terminal.env) }: KubeconfigFlags) => {
      const path = dataDirectory(terminal.env);
      const holder = existsSync(path) ? await readLockHolder(path) : undefined;
      if (holder?.address === undefined)
        throw new CommandError(`no server runs on ${path}: start one with \`qalam up\``, EXIT.failed);
      const { address } = holder;
      const certificate = readCertificate(path, address);
      const added = newKubeconfig({ address, token: readToken(path), certificate });
      if (print === true) return void terminal.stdout.write(stringify(added));
      writeKubeconfig(file, stringify(mergeKubeconfig(readKubeconfig(file), added, file)));
      say(terminal, `${file}: context "qalam" is ${address} and the current one. Try: kubectl get experiments -A`);
    });
}

/** As kubectl looks for it. */
function defaultFile(env: NodeJS.ProcessEnv): string {
  const named = env.KUBECONFIG?.split(delimiter).find((path) => path !== "");
  return named ?? join(homedir(), ".kube", "config");
}

/** @throws CommandError when there is one that cannot be read */
function readKubeconfig(file: string): unknown {
  if (!existsSync(file)) return undefined;
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new CommandError(
      `cannot read ${file}, so it was left as it is: ${(error as Error).message}; name another file with --file`,
      EXIT.badInput,
    );
  }
}

/** Whole or not at all, for its owner's eyes only: it holds tokens. A link keeps pointing to it. @throws CommandError when it may not or cannot be written */
export function writeKubeconfig(file: string, text: string): void {
  const refused = (why: string) =>
    new CommandError(`cannot write ${file}: ${why}; name another file with --file`, EXIT.badInput);
  try {
    mkdirSync(dirname(file), { recursive: true });
    const target = existsSync(file) ? realpathSync(file) : file;
    const known = statSync(target, { throwIfNoEntry: false });
    if (known !== undefined && (known.mode & OWNER_MAY_WRITE) === 0) throw refused("it is read-only");
    const draft = `${target}.${process.pid}.new`;
    writeFileSync(draft, text, { mode: 0o600, flag: "wx" });
    renameSync(draft, target);
  } catch (error) {
    throw error instanceof CommandError ? error : refused((error as Error).message);
  }
}

const OWNER_MAY_WRITE = 0o200;
