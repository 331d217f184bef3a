import { createInterface } from "node:readline";
import { type Command, InvalidArgumentError } from "commander";
import { Conversation } from "../ask-tell/conversation.ts";
import { Journal } from "../ask-tell/journal.ts";
import { readSearch } from "../ask-tell/search-file.ts";
import { print, type Terminal } from "../terminal.ts";

interface Flags {
  readonly space: string;
  readonly algorithm?: string;
  readonly seed?: number;
  readonly state?: string;
  readonly setting: readonly string[];
  readonly objective: readonly string[];
  readonly verbose?: boolean;
}

/** `qalam ask-tell`: a search algorithm for programs in any language, as JSON lines on standard input and output. */
export function addAskTellCommand(program: Command, terminal: Terminal): void {
  const collect = (value: string, all: readonly string[]) => [...all, value];
  program
    .command("ask-tell")
    .description("use a search algorithm from any language: JSON lines on standard input and output")
    .requiredOption("--space <file>", "YAML or JSON: a list of parameters, or fields of an Experiment's spec")
    .option("--algorithm <name>", "search algorithm (default: the file's)")
    .option("--setting <name=value>", "setting of the algorithm (repeatable)", collect, [])
    .option("--objective <direction>", "minimize or maximize; once per objective (default: the file's)", collect, [])
    .option("--seed <number>", "makes the search repeatable (default: random)", seedFlag)
    .option("--state <file>", "keeps the search there; the same command goes on with it, even after a crash")
    .option("--verbose", "trials with labels and with origin: which method made them and why")
    .addHelpText(
      "after",
      `
One line in, one line out:
  {"ask":2}                                   {"trials":[{"id":0,"params":{"x":0.5}},{"id":1,"params":{"x":0.1}}]}
  {"tell":0,"value":0.3}                      {"ok":true}
  {"tell":1,"failed":true}                    {"ok":true}
  {"tell":2,"intermediate":[[1,0.9]]}         {"ok":true}
  {"pending":true}                            {"trials":[…]}  asked for, without a result yet
  anything else                               {"error":"…"}   and nothing has changed`,
    )
    .action((flags: Flags) => converse(flags, terminal));
}

function seedFlag(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seed)) throw new InvalidArgumentError("expected a whole number.");
  return seed;
}

async function converse({ space, algorithm, setting, objective, seed, state, verbose }: Flags, terminal: Terminal) {
  const search = readSearch(space, {
    settings: setting,
    objectives: objective,
    ...(algorithm !== undefined && { algorithm }),
  });
  const journal = state === undefined ? undefined : new Journal(state);
  try {
    const conversation = new Conversation(search, journal, {
      isVerbose: verbose === true,
      ...(seed !== undefined && { seed }),
    });
    for await (const line of createInterface({ input: process.stdin }))
      if (line.trim() !== "") print(terminal, JSON.stringify(conversation.answer(line)));
  } finally {
    journal?.close();
  }
}
