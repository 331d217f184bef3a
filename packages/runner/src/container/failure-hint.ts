import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import type { ContainerCommand } from "./container-run.ts";

type Command = Pick<ContainerCommand, "argv" | "cwd">;

/** What a person can do about a training that failed, where its last words alone do not say it. */
export function failureHint(command: Command, lastWords: string): string | undefined {
  return missingScript(command) ?? missingModule(command, lastWords);
}

/** A script named in a command that is not there: the interpreter's message alone would not say what to do. */
function missingScript({ argv, cwd }: Command): string | undefined {
  const script = argv.slice(1).find((word) => !word.startsWith("-"));
  const isPath = script !== undefined && /^[^\s;|&$]+$/.test(script) && /\/|\.\w{1,4}$/.test(script);
  if (!isPath || existsSync(resolve(cwd, script))) return undefined;
  return isAbsolute(script)
    ? `${script} does not exist on this machine; if it is a path of the container image, map its folder with -v HOST:CONTAINER`
    : `${script} does not exist in ${cwd}`;
}

/** Python that lacks a package is most often the one of no environment. */
function missingModule({ argv: [program = ""] }: Command, lastWords: string): string | undefined {
  const [, module] = /^ModuleNotFoundError: No module named '([\w.]+)'/m.exec(lastWords) ?? [];
  const [, top] = /^(\w+)/.exec(module ?? "") ?? [];
  return top === undefined
    ? undefined
    : `this is ${program}: install what has ${top}, or activate the environment that has it before qalam starts`;
}
