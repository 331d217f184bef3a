import createTab from "@bomb.sh/tab/commander";
import type { Command } from "commander";

/** `qalam complete bash|zsh|fish|powershell`: prints the shell's completion script. Added last, so that it knows every command. */
export function addCompletionCommand(program: Command): void {
  createTab(program);
}
