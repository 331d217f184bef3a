import { existsSync, watch } from "node:fs";
import { join } from "node:path";

/** Resolves when a file is there. */
export function untilFile(folder: string, name: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!existsSync(join(folder, name))) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(folder, look);
    look();
  });
}
