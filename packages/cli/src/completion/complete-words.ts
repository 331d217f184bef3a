import { EXPERIMENT, KINDS, NAMESPACE, type ResourceKind, TRIAL } from "@qalam/api";
import type { Argument, Command, Option } from "commander";
import { lookUpKind } from "../resource-arguments.ts";
import { SHELLS } from "./completion-scripts.ts";

/** A word that may stand at the cursor. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What may stand at the cursor: words, or the names of files. */
export type Completion = "files" | readonly Candidate[];

/** Reads names of objects there are; empty where nothing can be read. */
export type NameLookup = (kind: ResourceKind, namespace: string | undefined) => Promise<readonly string[]>;

/** Formats that a command writes; of all others, those of `get`. */
const formats: Readonly<Record<string, readonly string[]>> = {
  get: ["table", "wide", "json", "yaml", "name"],
  metrics: ["plot", "table", "csv", "json"],
  export: ["csv", "json"],
  run: ["json", "lines"],
};

/** What may stand at the place of the last word. @param words what stands after `qalam`, up to the cursor; the last may be empty */
export async function completeWords(
  program: Command,
  words: readonly string[],
  lookUp: NameLookup,
): Promise<Completion> {
  const current = words.at(-1) ?? "";
  const [first, ...typed] = words.slice(0, -1);
  if (first === undefined) return matching(current.startsWith("-") ? optionsOf(program) : commandsOf(program), current);
  const command = program.commands.find((one) => one.name() === first || one.aliases().includes(first));
  if (command === undefined) return [];
  const { positional, values, open } = readWords(command, typed);
  const names = (kind: ResourceKind) => lookUp(kind, values.get("--namespace"));
  if (open !== undefined) return optionValue(command, open, current, lookUp);
  if (current.startsWith("-")) return matching(optionsOf(command), current);
  const place = Math.min(positional.length, command.registeredArguments.length - 1);
  const argument = command.registeredArguments[place];
  if (argument === undefined || (positional.length > place && !argument.variadic)) return [];
  return argumentValue(argument, positional, current, names);
}

/** Takes the words of a command apart. `open` is an option that still waits for its value. */
function readWords(command: Command, words: readonly string[]) {
  const positional: string[] = [];
  const values = new Map<string, string>();
  let open: Option | undefined;
  for (const word of words) {
    if (open !== undefined) {
      values.set(open.long ?? "", word);
      open = undefined;
    } else if (!word.startsWith("-") || word === "-") positional.push(word);
    else {
      const option = command.options.find(({ long, short }) => word === long || word === short);
      if (option?.required === true) open = option;
    }
  }
  return { positional, values, open };
}

async function optionValue(
  command: Command,
  { long }: Option,
  current: string,
  lookUp: NameLookup,
): Promise<Completion> {
  if (long === "--output" || long === "--format")
    return matching(plain(formats[command.name()] ?? formats.get ?? []), current);
  if (long !== "--namespace")
    return ["--volume", "--file", "--tls-cert", "--tls-key"].includes(long ?? "") ? "files" : [];
  return matching(plain(await lookUp(NAMESPACE, undefined)), current);
}

async function argumentValue(
  argument: Argument,
  positional: readonly string[],
  current: string,
  names: (kind: ResourceKind) => Promise<readonly string[]>,
): Promise<Completion> {
  switch (argument.name()) {
    case "file":
    case "files":
      return "files";
    case "shell":
      return matching(plain(SHELLS), current);
    case "experiment":
      return matching(plain(await names(EXPERIMENT)), current);
    case "trial":
      return matching(plain(await names(TRIAL)), current);
    case "kind":
      return matching(plain(KINDS.map(({ plural }) => plural)), current);
    case "names": {
      const kind = lookUpKind(positional[0] ?? "");
      const given = new Set(positional.slice(1));
      return kind === undefined
        ? []
        : matching(plain(await names(kind)), current).filter(({ value }) => !given.has(value));
    }
    default:
      return [];
  }
}

function commandsOf(program: Command): Candidate[] {
  const help = program.createHelp();
  return help
    .visibleCommands(program)
    .map((command) => ({ value: command.name(), description: command.description() }));
}

function optionsOf(command: Command): Candidate[] {
  const help = command.createHelp();
  return help
    .visibleOptions(command)
    .flatMap(({ long, short, description }) =>
      [long, short].filter((flag) => flag !== undefined && flag !== null).map((value) => ({ value, description })),
    );
}

function plain(values: readonly string[]): Candidate[] {
  return values.map((value) => ({ value, description: "" }));
}

function matching(candidates: readonly Candidate[], current: string): Candidate[] {
  return candidates.filter(({ value }) => value.startsWith(current));
}
