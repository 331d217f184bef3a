import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CommandError } from "./command-error.ts";

/** A host folder that stands for a path in the container. */
export interface VolumeMapping {
  readonly host: string;
  readonly container: string;
}

/** Reads `-v HOST:CONTAINER`; a relative host path counts from the working directory. @throws CommandError */
export function volumeFlag(value: string, cwd: string = process.cwd()): VolumeMapping {
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
