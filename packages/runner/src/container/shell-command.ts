/** Names that a shell takes as a variable. Of others it knows nothing, nor does what it starts. */
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Variables that shells let nobody set, or to which they give a meaning of their own. */
const ownVariables = new Set(["EUID", "GROUPS", "IFS", "LINENO", "OPTIND", "PPID", "RANDOM", "SECONDS", "UID"]);

/** What becomes of a shell. */
export interface ShellCommand {
  /** Program, by its path, and arguments. */
  readonly argv: readonly string[];
  /** All of it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** File to which output is appended. */
  readonly log: string;
}

/**
 * Commands by which a shell becomes another program.
 * @param given environment that the shell has @param memoryGroup folder of the control group that it joins
 */
export function shellCommand(
  { argv, environment, cwd, log }: ShellCommand,
  given: Readonly<Record<string, string>>,
  memoryGroup?: string,
): string {
  const plain: string[] = [];
  const special: string[] = [];
  const gone: string[] = [];
  for (const name in environment) {
    const value = environment[name] as string;
    if (given[name] === value) continue;
    if (isPlain(name)) plain.push(`${name}=${quoted(value)}`);
    else special.push(quoted(`${name}=${value}`));
  }
  for (const name in given) if (environment[name] === undefined && isPlain(name)) gone.push(name);
  const words = [...(special.length === 0 ? [] : ["/usr/bin/env", ...special]), ...argv.map(quoted)];
  return [
    `exec < /dev/null >> ${quoted(log)} 2>&1`,
    `cd ${quoted(cwd)} || exit 128`,
    ...(memoryGroup === undefined ? [] : [`echo 0 > ${quoted(`${memoryGroup}/cgroup.procs`)}`]),
    ...(gone.length === 0 ? [] : [`unset ${gone.join(" ")}`]),
    ...(plain.length === 0 ? [] : [`export ${plain.join(" ")}`]),
    `exec ${words.join(" ")}`,
    "",
  ].join("\n");
}

function isPlain(name: string): boolean {
  return variableName.test(name) && !ownVariables.has(name);
}

/** A text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
