import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { CommandError } from "./command-error.ts";

/** The text of a manifest and the name it goes by in messages. */
export interface ManifestText {
  readonly file: string;
  readonly text: string;
}

/**
 * Reads manifests; standard input and pipes can be read once only, so their text is handed on. A folder stands for the manifests in it, in order of name,
 * as with kubectl. @param files paths, or `-` for standard input @throws CommandError
 */
export function readManifests(files: readonly string[]): ManifestText[] {
  return files.flatMap(manifestsOf).map((file) => ({ file, text: readText(file) }));
}

function manifestsOf(path: string): string[] {
  if (path === "-" || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const names = readdirSync(path).filter((name) => /\.(ya?ml|json)$/.test(name));
  if (names.length === 0) throw new CommandError(`${path} is a folder without a .yaml, .yml or .json file`);
  return names.sort().map((name) => join(path, name));
}

function readText(file: string): string {
  try {
    return decode(readFileSync(file === "-" ? 0 : file), file);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CommandError(`cannot read ${file}: ${code === "ENOENT" ? "no such file" : message}`);
  }
}

/** YAML is UTF-8, or UTF-16 when it begins with its mark, as Windows' editors and PowerShell write it. */
function decode(bytes: Buffer, file: string): string {
  const mark = bytes.subarray(0, 2).toString("hex");
  const encoding = mark === "fffe" ? "utf-16le" : mark === "feff" ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new CommandError(`cannot read ${file}: it is not ${encoding.toUpperCase()} text; save it as UTF-8`);
  }
}
