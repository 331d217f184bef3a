import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CommandError } from "./command-error.ts";

/** A host folder that stands for a path in the container. */
export interface VolumeMapping {
  readonly host: string;
  readonly container: string;
}

/** Reads the values of `-v HOST:CONTAINER`; a relative host path counts from the working directory. @throws CommandError */
export function volumeFlags(values: readonly string[] = [], cwd: string = process.cwd()): VolumeMapping[] {
  const mappings = values.map((value) => volumeFlag(value, cwd));
  const seen = new Map<string, string>();
  for (const [i, { container }] of mappings.entries()) {
    const path = container.replace(/\/+$/, "");
    if (path === "")
      throw new CommandError(`-v ${values[i]}: / cannot be mapped; map the folders that the manifest names`);
    const before = seen.get(path);
    if (before !== undefined) throw new CommandError(`-v ${values[i]}: ${path} is mapped already, by -v ${before}`);
    seen.set(path, values[i] ?? "");
  }
  return mappings;
}

function volumeFlag(value: string, cwd: string): VolumeMapping {
  const mode = /:r[ow]$/.exec(value)?.[0];
  if (mode !== undefined)
    throw new CommandError(
      `-v ${value}: trainings run as processes here, so ${mode} has no effect; write -v ${value.slice(0, -mode.length)}`,
    );
  const at = value.lastIndexOf(":");
  const [host, container] = [value.slice(0, at), value.slice(at + 1)];
  if (at <= 0 || !container.startsWith("/")) {
    throw new CommandError(
      `-v ${value}: expected HOST:CONTAINER with an absolute container path, for example -v .:/app`,
    );
  }
  const mapping = { host: resolve(cwd, host), container };
  if (!existsSync(mapping.host)) throw new CommandError(`-v ${value}: the host path ${mapping.host} does not exist`);
  return mapping;
}
