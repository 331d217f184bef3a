import { newestPod, POD, type StoredPod, TRIAL, TRIAL_LABEL } from "@qalam/api";
import { NotFoundError } from "@qalam/store";
import type { Command } from "commander";
import { CommandError, EXIT } from "../command-error.ts";
import type { Home } from "../home/home.ts";
import { withHome } from "../home/open-home.ts";
import { interruptible } from "../run/interrupt.ts";
import type { Terminal } from "../terminal.ts";
import { notFound } from "./not-found.ts";

interface Flags {
  readonly namespace?: string;
  readonly container?: string;
  readonly follow?: boolean;
  readonly tail?: string;
  readonly previous?: boolean;
}

/** `qalam logs`: the output of a trial or of a pod. */
export function addLogsCommand(program: Command, terminal: Terminal): void {
  program
    .command("logs")
    .description("show the output of a trial (or pod), while it runs and after it")
    .argument("<trial>", "name of a trial or a pod")
    .option("-n, --namespace <name>", "namespace")
    .option("-c, --container <name>", "container (default: the one that trains)")
    .option("-f, --follow", "go on until it ends")
    .option("--tail <lines>", "last lines only")
    .option("-p, --previous", "output before the last restart")
    .addHelpText("after", "\nExample:\n  qalam logs random-forest-4kzcnl5w -n kubeflow -f")
    .action((name: string, flags: Flags) => logs(name, flags, terminal));
}

async function logs(name: string, flags: Flags, terminal: Terminal): Promise<void> {
  if (flags.tail !== undefined && !/^\d+$/.test(flags.tail))
    throw new CommandError(`--tail ${flags.tail}: write a number of lines`);
  await withHome(terminal, "read", async (home) => {
    const { pod, container } = await findPod(home, name, flags);
    const place = { namespace: pod.metadata.namespace ?? "", name: pod.metadata.name, uid: pod.metadata.uid ?? "" };
    const options = {
      container,
      ...(flags.follow === true && { follow: true }),
      ...(flags.previous === true && { previous: true }),
      ...(flags.tail !== undefined && { tailLines: Number(flags.tail) }),
    };
    await interruptible(async (signal) => {
      try {
        for await (const chunk of home.logs.read(place, options, signal))
          if (!terminal.stdout.write(chunk)) await new Promise((resolve) => terminal.stdout.once("drain", resolve));
      } catch (error) {
        throw error instanceof NotFoundError ? noLog(pod, container) : error;
      }
    });
  });
}

/** Why there is no output: no such container, or it has not run. */
function noLog({ metadata, spec, status }: StoredPod, container: string): CommandError {
  const names = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ name }) => name);
  if (!names.includes(container))
    return new CommandError(
      `pod ${metadata.name} has no container "${container}"; it has ${names.join(", ")}`,
      EXIT.failed,
    );
  const why = status?.message ?? status?.conditions?.find(({ message }) => message !== undefined)?.message;
  return new CommandError(
    `container ${container} of pod ${metadata.name} has no output of that run${why === undefined ? "" : `: ${why}`}`,
    EXIT.failed,
  );
}

async function findPod(home: Home, name: string, flags: Flags): Promise<{ pod: StoredPod; container: string }> {
  const scope = flags.namespace === undefined ? {} : { namespace: flags.namespace };
  const trial = (await home.store.list(TRIAL, { ...scope, fieldSelector: `metadata.name=${name}` })).items[0];
  const { items } = await home.store.list(POD, {
    ...scope,
    ...(trial === undefined ? { fieldSelector: `metadata.name=${name}` } : { labelSelector: `${TRIAL_LABEL}=${name}` }),
  });
  const pod = newestPod(items);
  if (trial === undefined && pod === undefined) throw await notFound(home, TRIAL, name, flags.namespace);
  if (pod === undefined)
    throw new CommandError(
      `trial ${name} has no pod: ${trial?.status?.conditions?.at(-1)?.message ?? "it has not started"}`,
      EXIT.failed,
    );
  return { pod, container: flags.container ?? trial?.spec.primaryContainerName ?? pod.spec?.containers[0]?.name ?? "" };
}
