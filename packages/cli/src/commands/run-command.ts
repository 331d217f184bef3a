import {
  applyDefaults,
  EXPERIMENT,
  type Experiment,
  keyOf,
  type ObjectKey,
  PAUSED_ANNOTATION,
  VOLUMES_ANNOTATION,
  WORKING_DIRECTORY_ANNOTATION,
} from "@qalam/api";
import type { Command } from "commander";
import { EXIT } from "../command-error.ts";
import type { Home } from "../home/home.ts";
import { openHome } from "../home/open-home.ts";
import { asksForConfigMap, loadManifests } from "../load-manifest.ts";
import { readManifests } from "../manifest-files.ts";
import { repeatable } from "../repeatable-flag.ts";
import { applyObject } from "../run/apply-manifest.ts";
import { followExperiments } from "../run/follow-experiments.ts";
import { onInterrupt } from "../run/interrupt.ts";
import { lineReporter, liveReporter, type RunReporter } from "../run/run-reporter.ts";
import { runSucceeded, runSummary } from "../run/run-summary.ts";
import { untilCounted, waitUntilStopped } from "../run/wait-until-stopped.ts";
import { SUGGESTION_SERVICE_FLAG, suggestionServices } from "../suggestion-services.ts";
import { canRedraw, print, say, type Terminal } from "../terminal.ts";
import { volumeFlags } from "../volume-flag.ts";

interface RunFlags {
  readonly volume?: readonly string[];
  readonly namespace?: string;
  readonly output?: "json" | "lines";
  readonly suggestionService?: readonly string[];
}

/** `qalam run FILE…`: validates, applies, follows to the end and shows the best trial. */
export function addRunCommand(program: Command, terminal: Terminal): void {
  program
    .command("run")
    .description("run the experiments of a manifest to their end and show the best trial")
    .argument(
      "<files...>",
      "manifests or folders of them: Experiments and the ConfigMaps they need; - reads standard input",
    )
    .option(
      "-v, --volume <host:container>",
      "a host folder that stands for a path in the containers (repeatable)",
      repeatable,
    )
    .option("-n, --namespace <name>", "namespace for all objects of the manifests")
    .option("-o, --output <format>", "json: resources as JSON lines; lines: one line per event, also on a terminal")
    .option(...SUGGESTION_SERVICE_FLAG)
    .addHelpText(
      "after",
      "\nExamples:\n  qalam run experiment.yaml -v .:/app\n  qalam run experiment.yaml -o json | jq .metadata.name\n\nExit status: 0 succeeded, 1 failed, 2 bad input, 130 interrupted.",
    )
    .action(async (files: string[], flags: RunFlags) => {
      process.exitCode = await runFiles(files, flags, terminal);
    });
}

async function runFiles(files: readonly string[], flags: RunFlags, terminal: Terminal): Promise<number> {
  const volumes = volumeFlags(flags.volume);
  const services = suggestionServices(flags.suggestionService, terminal.env);
  const texts = readManifests(files);
  await loadManifests(texts, flags.namespace, undefined, services.keys()).catch((error: Error) => {
    if (!asksForConfigMap(error)) throw error;
  });
  const home = await openHome(terminal, "run", { suggestionServices: services, takesOver: true });
  const { signal, interrupt, release } = onInterrupt((line) => say(terminal, line));
  try {
    const objects = await loadManifests(texts, flags.namespace, home.store, services.keys());
    const annotations = {
      [WORKING_DIRECTORY_ANNOTATION]: process.cwd(),
      ...(volumes.length > 0 && { [VOLUMES_ANNOTATION]: JSON.stringify(volumes) }),
    };
    const keys: ObjectKey[] = [];
    for (const object of objects) {
      const isExperiment = object.kind === EXPERIMENT.kind;
      const complete = isExperiment
        ? applyDefaults({
            ...(object as Experiment),
            metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
          })
        : object;
      const applied = await applyObject(home.store, complete);
      say(terminal, `${object.kind.toLowerCase()} ${object.metadata.namespace}/${object.metadata.name} ${applied}`);
      if (isExperiment) keys.push(keyOf(object));
    }
    const forget = onReaderGone(terminal, interrupt);
    return await follow(home, keys, flags, terminal, signal, forget);
  } finally {
    await home.close();
    release();
  }
}

async function follow(
  home: Home,
  keys: readonly ObjectKey[],
  flags: RunFlags,
  terminal: Terminal,
  signal: AbortSignal,
  onEnd: () => void,
): Promise<number> {
  const reporter = await chooseReporter(home, flags, terminal);
  const followed = await followExperiments(home.store, keys, reporter, signal).finally(() => reporter.close());
  onEnd();
  if (signal.aborted) return pause(home, keys, terminal);
  await waitUntilStopped(home.store, keys, AbortSignal.any([]));
  const experiments = await Promise.all(
    keys.map((key, i) => (followed[i] === undefined ? undefined : untilCounted(home.store, key))),
  );
  for (const [i, experiment] of experiments.entries()) {
    if (experiment === undefined) say(terminal, `experiment ${keys[i]?.namespace}/${keys[i]?.name} was deleted`);
    else if (flags.output !== "json") print(terminal, `\n${runSummary(experiment)}`);
  }
  return experiments.every(runSucceeded) ? EXIT.ok : EXIT.failed;
}

/** Trials are not left running without a server when the reader of the output goes. @returns what ends the watching for it */
function onReaderGone(terminal: Terminal, interrupt: () => void): () => void {
  const gone = () => {
    say(terminal, "Nobody reads the output any more: stopping the trials …");
    interrupt();
  };
  terminal.stdout.on("error", gone);
  return () => void terminal.stdout.off("error", gone);
}

async function chooseReporter(home: Home, { output }: RunFlags, terminal: Terminal): Promise<RunReporter> {
  if (output === "json") return lineReporter(terminal, "json");
  return canRedraw(terminal) && output !== "lines" ? liveReporter(terminal, home) : lineReporter(terminal, "text");
}

/** Ctrl-C: the trials stop, the state stays. */
async function pause(home: Home, keys: readonly ObjectKey[], terminal: Terminal): Promise<number> {
  for (const key of keys) {
    const experiment = await home.store.get(EXPERIMENT, key);
    if (experiment === undefined || experiment.status?.completionTime != null) continue;
    await home.store.patch(EXPERIMENT, key, { metadata: { annotations: { [PAUSED_ANNOTATION]: "interrupted" } } });
  }
  await waitUntilStopped(home.store, keys, AbortSignal.any([]));
  for (const { namespace, name } of keys)
    say(
      terminal,
      `Paused ${namespace}/${name}. Go on with the same \`qalam run\`, or: qalam resume ${name} -n ${namespace}`,
    );
  return EXIT.interrupted;
}
