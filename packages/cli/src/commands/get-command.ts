import { EVENT, type KubeObject, type ResourceKind, yamlText } from "@qalam/api";
import type { Command } from "commander";
import { CommandError, EXIT } from "../command-error.ts";
import { checkedFormat, type Format, type ObjectsLayout, objectsText } from "../format/print-objects.ts";
import type { Home } from "../home/home.ts";
import { withHome } from "../home/open-home.ts";
import { type ResourceArgument, resourceArguments } from "../resource-arguments.ts";
import { forEachChange } from "../run/follow-experiments.ts";
import { interruptible } from "../run/interrupt.ts";
import { print, say, type Terminal } from "../terminal.ts";
import { notFound } from "./not-found.ts";

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
  const [only] = wanted;
  if (flags.watch === true && (wanted.length > 1 || only === undefined))
    throw new CommandError("--watch looks at one kind, or one object of it");
  await withHome(terminal, "read", async (home) => {
    if (flags.watch === true && only !== undefined) await watch(home, only, flags, format, terminal);
    else await show(home, wanted, flags, format, terminal);
  });
}

/** Shows what there is of it, and then says what is missing. */
async function show(
  home: Home,
  wanted: readonly ResourceArgument[],
  flags: GetFlags,
  format: Format,
  terminal: Terminal,
): Promise<void> {
  const { found, missing } = await find(home, wanted, flags);
  const layout = {
    ...layoutOf(flags, wanted.length !== 1 || wanted[0]?.name === undefined),
    withKind: found.size > 1,
  };
  const groups = [...found].filter(([, objects]) => objects.length > 0);
  const [first] = found;
  if (isTable(format)) {
    const tables = groups.map(([kind, objects]) => objectsText(kind, objects, format, layout, Date.now()));
    if (tables.length > 0) print(terminal, tables.join("\n\n"));
    else if (missing.length === 0) await sayEmpty(home, [...found.keys()], flags, terminal);
  } else if (format === "name")
    for (const [kind, objects] of groups) print(terminal, objectsText(kind, objects, format, layout, Date.now()));
  else if (first !== undefined && (layout.isList || groups.length > 0))
    print(terminal, objectsText(first[0], [...found.values()].flat(), format, layout, Date.now()));
  tellMissing(missing, terminal);
}

/** The objects by kind, each kind that was asked for, and an error for every name that is not there. */
async function find(home: Home, wanted: readonly ResourceArgument[], flags: GetFlags) {
  const found = new Map<ResourceKind, KubeObject[]>();
  const missing: CommandError[] = [];
  for (const { kind, name } of wanted) {
    const known = found.get(kind) ?? [];
    found.set(kind, known);
    if (name === undefined) known.push(...inOrder(kind, (await home.store.list(kind, scope(kind, flags))).items));
    else {
      const object = await existing(home, kind, name, flags);
      if (object instanceof CommandError) missing.push(object);
      else known.push(object);
    }
  }
  return { found, missing };
}

/** @throws the last of the errors, with the exit status */
function tellMissing(missing: readonly CommandError[], terminal: Terminal): void {
  for (const error of missing.slice(0, -1)) say(terminal, error.message);
  const last = missing.at(-1);
  if (last !== undefined) throw last;
}

/** Events in the order they were recorded, as times are whole seconds; all else by name. */
function inOrder(kind: ResourceKind, objects: readonly KubeObject[]): readonly KubeObject[] {
  const version = ({ metadata }: KubeObject) => Number(metadata.resourceVersion);
  return kind.kind === EVENT.kind ? objects.toSorted((a, b) => version(a) - version(b)) : objects;
}

async function sayEmpty(
  home: Home,
  kinds: readonly ResourceKind[],
  { allNamespaces, namespace = "default", selector }: GetFlags,
  terminal: Terminal,
): Promise<void> {
  if (allNamespaces === true || !kinds.some((kind) => kind.namespaced)) return say(terminal, "No resources found.");
  const options = selector === undefined ? {} : { labelSelector: selector };
  const lists = await Promise.all(kinds.map((kind) => home.store.list(kind, options)));
  const others = new Set(lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.namespace)));
  const hint = others.size === 0 ? "" : ` There are some in ${[...others].join(", ")}: use -n, or -A for all.`;
  say(terminal, `No resources found in ${namespace} namespace.${hint}`);
}

async function watch(
  home: Home,
  { kind, name }: ResourceArgument,
  flags: GetFlags,
  format: Format,
  terminal: Terminal,
): Promise<void> {
  if (!home.isServed) {
    await show(home, [{ kind, name }], flags, format, terminal);
    throw new CommandError(
      `no server runs on ${home.where}, so nothing will change: start \`qalam up\` or \`qalam run\`, then watch`,
      EXIT.failed,
    );
  }
  const watched = { ...scope(kind, flags), ...(name !== undefined && { fieldSelector: `metadata.name=${name}` }) };
  const hasNoHeader = !isTable(format);
  let isFirst = true;
  await interruptible((signal) =>
    forEachChange(home.store, kind, watched, signal, (object) => {
      const text = objectsText(kind, [object], format, layoutOf(flags, false), Date.now());
      print(terminal, isFirst || hasNoHeader ? text : (text.split("\n")[1] ?? ""));
      isFirst = false;
    }),
  );
}

async function describe(words: readonly string[], flags: GetFlags, terminal: Terminal): Promise<void> {
  const wanted = resourceArguments(words);
  await withHome(terminal, "read", async (home) => {
    const { found, missing } = await find(home, wanted, flags);
    for (const [kind, objects] of found)
      for (const object of objects) print(terminal, await description(home, kind, object));
    if (missing.length === 0 && [...found.values()].every((objects) => objects.length === 0))
      await sayEmpty(home, [...found.keys()], flags, terminal);
    tellMissing(missing, terminal);
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
      : `Events:\n${objectsText(EVENT as ResourceKind, inOrder(EVENT as ResourceKind, items), "table", { isList: true }, Date.now()).replace(/^/gm, "  ")}`;
  return `${kind.kind} ${metadata.namespace ?? ""}/${metadata.name}\n${yamlText({ ...object, metadata })}\n${events}\n`;
}

async function existing(home: Home, kind: ResourceKind, name: string, flags: GetFlags) {
  const namespace = kind.namespaced ? (flags.namespace ?? "default") : "";
  return (await home.store.get(kind, { namespace, name })) ?? (await notFound(home, kind, name, namespace));
}

function isTable(format: Format): boolean {
  return format === "table" || format === "wide";
}

function layoutOf({ allNamespaces }: GetFlags, isList: boolean): ObjectsLayout {
  return { isList, withNamespace: allNamespaces === true };
}

function scope(kind: ResourceKind, flags: GetFlags) {
  return {
    ...(kind.namespaced && flags.allNamespaces !== true && { namespace: flags.namespace ?? "default" }),
    ...(flags.selector !== undefined && { labelSelector: flags.selector }),
  } as { namespace: string };
}
