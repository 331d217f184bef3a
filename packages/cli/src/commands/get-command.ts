import { EVENT, type KubeObject, type ResourceKind } from "@qalam/api";
import { NotFoundError } from "@qalam/store";
import type { Command } from "commander";
import { stringify } from "yaml";
import { CommandError, EXIT } from "../command-error.ts";
import { checkedFormat, type Format, objectsText } from "../format/print-objects.ts";
import type { Home } from "../home/home.ts";
import { withHome } from "../home/open-home.ts";
import { resourceArguments } from "../resource-arguments.ts";
import { forEachChange } from "../run/follow-experiments.ts";
import { interruptible } from "../run/interrupt.ts";
import { print, type Terminal } from "../terminal.ts";

interface GetFlags {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly output?: string;
  readonly selector?: string;
  readonly watch?: boolean;
}

/** `qalam get` and `qalam describe`, with kubectl's words. */
export function addGetCommands(program: Command, terminal: Terminal): void {
  program
    .command("get")
    .description("show resources")
    .argument("<kind>", "experiments, trials, suggestions, jobs, pods, events …; also kind/name")
    .argument("[names...]")
    .option("-n, --namespace <name>", "namespace (default: default)")
    .option("-A, --all-namespaces", "all namespaces")
    .option("-l, --selector <labels>", "label selector")
    .option("-o, --output <format>", "table, wide, json, yaml or name")
    .option("-w, --watch", "go on with changes")
    .addHelpText(
      "after",
      "\nExamples:\n  qalam get experiments -A\n  qalam get trials -n kubeflow -o wide --watch\n  qalam get experiment random-forest -n kubeflow -o yaml",
    )
    .action((kind: string, names: string[], flags: GetFlags) => get([kind, ...names], flags, terminal));
  program
    .command("describe")
    .description("show a resource with its events")
    .argument("<kind>")
    .argument("[names...]")
    .option("-n, --namespace <name>", "namespace (default: default)")
    .addHelpText("after", "\nExample:\n  qalam describe experiment random-forest -n kubeflow")
    .action((kind: string, names: string[], flags: GetFlags) => describe([kind, ...names], flags, terminal));
}

async function get(words: readonly string[], flags: GetFlags, terminal: Terminal): Promise<void> {
  const format = checkedFormat(flags.output);
  const wanted = resourceArguments(words);
  await withHome(terminal, "read", async (home) => {
    for (const { kind, name } of wanted) {
      if (flags.watch === true) await watch(home, kind, name, flags, format, terminal);
      else await show(home, kind, name, flags, format, terminal);
    }
  });
}

async function show(
  home: Home,
  kind: ResourceKind,
  name: string | undefined,
  flags: GetFlags,
  format: Format,
  terminal: Terminal,
): Promise<void> {
  const objects =
    name === undefined
      ? (await home.store.list(kind, scope(kind, flags))).items
      : [await existing(home, kind, name, flags)];
  if (objects.length === 0 && (format === "table" || format === "wide"))
    return void terminal.stderr.write(
      `No resources found${flags.allNamespaces === true ? "" : ` in ${flags.namespace ?? "default"} namespace`}.\n`,
    );
  print(terminal, objectsText(kind, objects, format, name === undefined, Date.now()));
}

async function watch(
  home: Home,
  kind: ResourceKind,
  name: string | undefined,
  flags: GetFlags,
  format: Format,
  terminal: Terminal,
): Promise<void> {
  const watched = { ...scope(kind, flags), ...(name !== undefined && { fieldSelector: `metadata.name=${name}` }) };
  const hasNoHeader = format === "json" || format === "yaml" || format === "name";
  let isFirst = true;
  await interruptible((signal) =>
    forEachChange(home.store, kind, watched, signal, (object) => {
      const text = objectsText(kind, [object], format, false, Date.now());
      print(terminal, isFirst || hasNoHeader ? text : (text.split("\n")[1] ?? ""));
      isFirst = false;
    }),
  );
}

async function describe(words: readonly string[], flags: GetFlags, terminal: Terminal): Promise<void> {
  await withHome(terminal, "read", async (home) => {
    for (const { kind, name } of resourceArguments(words)) {
      const objects =
        name === undefined
          ? (await home.store.list(kind, scope(kind, flags))).items
          : [await existing(home, kind, name, flags)];
      for (const object of objects) print(terminal, await description(home, kind, object));
    }
  });
}

async function description(home: Home, kind: ResourceKind, object: KubeObject): Promise<string> {
  const { managedFields: _, ...metadata } = object.metadata;
  const { items } = await home.store.list(EVENT, {
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
    fieldSelector: `involvedObject.uid=${metadata.uid ?? ""}`,
  });
  const events =
    items.length === 0
      ? "Events:  <none>"
      : `Events:\n${objectsText(EVENT as ResourceKind, items, "table", true, Date.now()).replace(/^/gm, "  ")}`;
  return `${kind.kind} ${metadata.namespace ?? ""}/${metadata.name}\n${stringify({ ...object, metadata }).trimEnd()}\n${events}\n`;
}

async function existing(home: Home, kind: ResourceKind, name: string, flags: GetFlags): Promise<KubeObject> {
  const namespace = kind.namespaced ? (flags.namespace ?? "default") : "";
  const object = await home.store.get(kind, { namespace, name });
  if (object !== undefined) return object;
  const elsewhere = (await home.store.list(kind, { fieldSelector: `metadata.name=${name}` })).items.map(
    ({ metadata }) => metadata.namespace,
  );
  if (elsewhere.length > 0)
    throw new CommandError(
      `${kind.plural} "${name}" not found in namespace ${namespace}; there is one in ${elsewhere.join(", ")}: add -n ${elsewhere[0]}`,
      EXIT.failed,
    );
  throw new NotFoundError(kind.plural, name);
}

function scope(kind: ResourceKind, flags: GetFlags) {
  return {
    ...(kind.namespaced && flags.allNamespaces !== true && { namespace: flags.namespace ?? "default" }),
    ...(flags.selector !== undefined && { labelSelector: flags.selector }),
  } as { namespace: string };
}
