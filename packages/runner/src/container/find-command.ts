import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, resolve } from "node:path";
import { ContainerStartError } from "./container-errors.ts";

/** Finds the program a command names, as a shell would. @returns its path. @throws ContainerStartError that says where was looked */
export function findCommand(command: string, path: string, cwd: string): string {
  if (command.includes("/")) {
    const file = isAbsolute(command) ? command : resolve(cwd, command);
    const problem = problemOf(file);
    if (problem === undefined) return file;
    throw new ContainerStartError(`command ${JSON.stringify(command)} ${problem}${hostHint(command, problem)}`);
  }
  for (const folder of path.split(delimiter)) {
    const file = `${folder === "" ? cwd : folder}/${command}`;
    if (problemOf(file) === undefined) return file;
  }
  throw new ContainerStartError(
    `command ${JSON.stringify(command)} was not found in PATH (${path}); install it, activate its environment, or write its full path`,
  );
}

function problemOf(file: string): string | undefined {
  try {
    const found = statSync(file, { throwIfNoEntry: false }); // errors are slow, and most folders of PATH do not have it
    if (found === undefined) return "does not exist";
    if (found.isDirectory()) return "is a folder";
    accessSync(file, constants.X_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EACCES"
      ? "is not executable (chmod +x, or name its interpreter)"
      : "does not exist";
  }
}

function hostHint(command: string, problem: string): string {
  return problem === "does not exist" && isAbsolute(command)
    ? "; if this is a path of the container image, map its folder with -v HOST:CONTAINER"
    : "";
}
