import {
  EXPERIMENT,
  isExperimentCompleted,
  isExperimentOver,
  isExperimentPaused,
  keyOf,
  type ObjectKey,
  PAUSED_ANNOTATION,
  validateCounts,
  validateUpdate,
} from "@qalam/api";
import type { Command } from "commander";
import { CommandError } from "../command-error.ts";
import type { Home } from "../home/home.ts";
import { withHome } from "../home/open-home.ts";
import { resourceArguments } from "../resource-arguments.ts";
import { forEachChange } from "../run/follow-experiments.ts";
import { waitUntilStopped } from "../run/wait-until-stopped.ts";
import { print, say, type Terminal } from "../terminal.ts";
import { findExperiment } from "./find-experiment.ts";
import { notFound } from "./not-found.ts";

interface Flags {
  readonly namespace?: string;
  readonly maxTrialCount?: string;
  readonly parallelTrialCount?: string;
  readonly maxFailedTrialCount?: string;
}

/** `stop`, `resume`, `edit` and `delete`: what steers a running experiment. */
export function addSteerCommands(program: Command, terminal: Terminal): void {
  program
    .command("stop")
    .description("stop an experiment's trials and make no new ones, until it is resumed")
    .argument("<experiment>")
    .option("-n, --namespace <name>", "namespace")
    .action((name: string, flags: Flags) => stop(name, flags, terminal));
  program
    .command("resume")
    .description("go on with a stopped experiment")
    .argument("<experiment>")
    .option("-n, --namespace <name>", "namespace")
    .action((name: string, flags: Flags) => resume(name, flags, terminal));
  program
    .command("edit")
    .description("change an experiment's counts")
    .argument("<experiment>")
    .option("-n, --namespace <name>", "namespace")
    .option("--max-trial-count <n>", "trials to make in total")
    .option("--parallel-trial-count <n>", "trials at the same time")
    .option("--max-failed-trial-count <n>", "failed trials that fail the experiment")
    .addHelpText("after", "\nExample:\n  qalam edit random-forest --max-trial-count 40 --parallel-trial-count 8")
    .action((name: string, flags: Flags) => edit(name, flags, terminal));
  program
    .command("delete")
    .description("delete resources and what belongs to them")
    .argument("<kind>")
    .argument("<names...>")
    .option("-n, --namespace <name>", "namespace (default: default)")
    .addHelpText("after", "\nExample:\n  qalam delete experiment random-forest -n kubeflow")
    .action((kind: string, names: string[], flags: Flags) => remove([kind, ...names], flags, terminal));
}

async function stop(name: string, { namespace }: Flags, terminal: Terminal): Promise<void> {
  await withHome(terminal, "run", async (home) => {
    const experiment = await findExperiment(home, name, namespace);
    if (isExperimentCompleted(experiment)) throw new CommandError(`experiment ${name} has ended already`);
    await home.store.patch(EXPERIMENT, keyOf(experiment), {
      metadata: { annotations: { [PAUSED_ANNOTATION]: "stopped" } },
    });
    await waitUntilStopped(home.store, [keyOf(experiment)], AbortSignal.any([]));
    print(
      terminal,
      `experiment ${experiment.metadata.namespace}/${name} stopped; go on with: qalam resume ${name} -n ${experiment.metadata.namespace}`,
    );
  });
}

async function resume(name: string, { namespace }: Flags, terminal: Terminal): Promise<void> {
  await withHome(terminal, "read", async (home) => {
    const experiment = await findExperiment(home, name, namespace);
    if (!isExperimentPaused(experiment)) throw new CommandError(`experiment ${name} is not stopped`);
    await home.store.patch(EXPERIMENT, keyOf(experiment), { metadata: { annotations: { [PAUSED_ANNOTATION]: null } } });
    print(terminal, `experiment ${experiment.metadata.namespace}/${name} resumed`);
    hintAtServer(home, terminal);
  });
}

/** What was changed is only acted on by a server. */
function hintAtServer(home: Home, terminal: Terminal): void {
  if (!home.isServed)
    say(terminal, "No server runs here: start one with `qalam up`, or use `qalam run` with the manifest.");
}

async function edit(name: string, flags: Flags, terminal: Terminal): Promise<void> {
  const counts = {
    maxTrialCount: count(flags, "maxTrialCount"),
    parallelTrialCount: count(flags, "parallelTrialCount"),
    maxFailedTrialCount: count(flags, "maxFailedTrialCount"),
  };
  const changes = Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== undefined));
  if (Object.keys(changes).length === 0)
    throw new CommandError("say what to change: --max-trial-count, --parallel-trial-count or --max-failed-trial-count");
  await withHome(terminal, "read", async (home) => {
    const experiment = await findExperiment(home, name, flags.namespace);
    const changed = { ...experiment, spec: { ...experiment.spec, ...changes } };
    const problems = [...validateUpdate(experiment, changed), ...validateCounts(changed)];
    if (problems.length > 0)
      throw new CommandError(
        problems
          .map(({ path, problem, hint }) => `${path}: ${problem}${hint === undefined ? "" : `; ${hint}`}`)
          .join("\n"),
      );
    await home.store.patch(EXPERIMENT, keyOf(experiment), { spec: changes });
    print(terminal, `experiment ${experiment.metadata.namespace}/${name} changed`);
    if (!isExperimentOver(changed)) hintAtServer(home, terminal);
  });
}

function count(flags: Flags, name: "maxTrialCount" | "parallelTrialCount" | "maxFailedTrialCount"): number | undefined {
  const text = flags[name];
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text) || (name !== "maxFailedTrialCount" && Number(text) === 0))
    throw new CommandError(
      `${name} must be a whole number${name === "maxFailedTrialCount" ? "" : " above zero"}, found ${JSON.stringify(text)}`,
    );
  return Number(text);
}

async function remove(words: readonly string[], flags: Flags, terminal: Terminal): Promise<void> {
  const wanted = resourceArguments(words);
  await withHome(terminal, "run", async (home) => {
    for (const { kind, name } of wanted) {
      if (name === undefined) throw new CommandError(`say which ${kind.plural} to delete, by name`);
      const key: ObjectKey = { namespace: kind.namespaced ? (flags.namespace ?? "default") : "", name };
      if ((await home.store.get(kind, key)) === undefined)
        throw await notFound(home, kind, name, flags.namespace ?? "default");
      await home.store.delete(kind, key, { propagationPolicy: "Foreground" });
      await forEachChange(
        home.store,
        kind,
        { namespace: key.namespace, fieldSelector: `metadata.name=${name}` },
        AbortSignal.any([]),
        (_object, deleted) => deleted,
        (left) => left.length === 0,
      );
      print(terminal, `${kind.singular} "${name}" deleted`);
    }
  });
}
