import { existsSync } from "node:fs";
import { PassThrough } from "node:stream";
import { Argument, type Command } from "commander";
import { completeWords, type NameLookup } from "../completion/complete-words.ts";
import { COMPLETION_SCRIPTS, FILES, SHELLS, type Shell } from "../completion/completion-scripts.ts";
import { dataDirectory } from "../home/data-directory.ts";
import { withHome } from "../home/open-home.ts";
import type { Terminal } from "../terminal.ts";

/** `qalam completion`: the script of a shell, which asks `qalam __complete` at every turn. Added last, so that it knows every command. */
export function addCompletionCommand(program: Command, terminal: Terminal): void {
  program
    .command("completion")
    .alias("complete")
    .description("print the completion script of a shell")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .addHelpText(
      "after",
      "\nExamples:\n  source <(qalam completion bash)\n  source <(qalam completion zsh)\n  qalam completion fish > ~/.config/fish/completions/qalam.fish",
    )
    .action((shell: Shell) => void terminal.stdout.write(COMPLETION_SCRIPTS[shell]));
  program
    .command("__complete", { hidden: true })
    .argument("[words...]")
    .allowUnknownOption()
    .action(async (words: string[]) => {
      const completion = await completeWords(program, words, namesIn(terminal));
      const lines =
        completion === "files"
          ? [FILES]
          : completion.map(({ value, description }) => `${value}${description === "" ? "" : `\t${description}`}`);
      terminal.stdout.write(lines.map((line) => `${line}\n`).join(""));
    });
}

/** Names from the data directory; a key pressed in vain says nothing. */
function namesIn(terminal: Terminal): NameLookup {
  return async (kind, namespace) => {
    if (!existsSync(dataDirectory(terminal.env))) return [];
    const quiet: Terminal = { ...terminal, stderr: new PassThrough() };
    try {
      return await withHome(quiet, "read", async ({ store }) => {
        const { items } = await store.list(kind, namespace === undefined ? {} : { namespace });
        return items.map(({ metadata }) => metadata.name);
      });
    } catch {
      return []; // the directory is in use just now, or not ours
    }
  };
}
