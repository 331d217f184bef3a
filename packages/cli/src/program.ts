import { QalamError } from "@qalam/api";
import { Command, CommanderError } from "commander";
import { CommandError, EXIT } from "./command-error.ts";
import { addAskTellCommand } from "./commands/ask-tell-command.ts";
import { addCheckCommands } from "./commands/check-commands.ts";
import { addCompletionCommand } from "./commands/completion-command.ts";
import { addGetCommands } from "./commands/get-command.ts";
import { addKubeconfigCommand } from "./commands/kubeconfig-command.ts";
import { addLogsCommand } from "./commands/logs-command.ts";
import { addMetricsCommand } from "./commands/metrics-command.ts";
import { addResultCommands } from "./commands/result-commands.ts";
import { addRunCommand } from "./commands/run-command.ts";
import { addServeSuggestionCommand } from "./commands/serve-suggestion-command.ts";
import { addSteerCommands } from "./commands/steer-commands.ts";
import { addTestCollectorCommand } from "./commands/test-collector-command.ts";
import { addUpCommand } from "./commands/up-command.ts";
import { say, type Terminal } from "./terminal.ts";
import { versionText } from "./version.ts";

/** The command line tool. Errors made on purpose are shown as they are; others with their stack, as they are bugs. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<void> {
  const program = new Command("qalam")
    .description("hyperparameter tuning with Katib's API, on a laptop and on Kubernetes")
    .version(versionText(), "-V, --version", "show the version")
    .exitOverride()
    .showHelpAfterError("(add --help for the options and examples)");
  addRunCommand(program, terminal);
  addUpCommand(program, terminal);
  addKubeconfigCommand(program, terminal);
  addServeSuggestionCommand(program, terminal);
  addCheckCommands(program, terminal);
  addGetCommands(program, terminal);
  addLogsCommand(program, terminal);
  addMetricsCommand(program, terminal);
  addResultCommands(program, terminal);
  addTestCollectorCommand(program, terminal);
  addSteerCommands(program, terminal);
  addAskTellCommand(program, terminal);
  addCompletionCommand(program, terminal);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = report(error, terminal);
  }
}

function report(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
  if (error instanceof CommandError) {
    say(terminal, error.message);
    return error.exitStatus;
  }
  if (error instanceof QalamError) {
    say(terminal, `qalam: ${error.message}`);
    return EXIT.failed;
  }
  say(
    terminal,
    `qalam: this should not have happened, please report it:\n${error instanceof Error ? error.stack : String(error)}`,
  );
  return EXIT.failed;
}
