import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { writeManifest } from "./manifest.ts";
import { collect, qalam, startQalam, temporaryFolder, untilOutput } from "./qalam-command.ts";

const MEGABYTE = 2 ** 20;

/** A disk of its own for a data directory. */
function smallDisk(folder: string, size: string): string {
  const path = join(folder, "disk");
  mkdirSync(path);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "qalam-test", path]);
  onTestFinished(() => void execFileSync("umount", ["-l", path]));
  return path;
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "qalam-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "qalam-test", folder], { stdio: "ignore" });
    execFileSync("umount", [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const mountable = canMount();
const unless = mountable ? "" : " (skipped: this user may not mount a disk)";

describe("a data directory that cannot be used", () => {
  it.skipIf(!mountable)(
    `on a disk that fills up while trials run: says so, waits, and goes on once there is room${unless}`,
    async () => {
      const folder = temporaryFolder();
      const home = smallDisk(folder, "6m");
      const file = writeManifest(folder, {
        max: 8,
        parallel: 2,
        script: "echo r >> runs; head -c 2000000 /dev/zero; echo; echo loss=1",
      });
      const run = startQalam(["run", file], { home, cwd: folder });
      const ended = collect(run);
      await untilOutput(run, /the disk is full.*make room/);
      execFileSync("mount", ["-o", "remount,size=100m", home]);
      const { status, stdout } = await ended;
      expect(stdout).toMatch(/Trials: 8:/);
      expect(status).toBe(0);
      expect((await qalam(["best", "test"], { home, cwd: folder })).stdout).toContain("loss");
    },
  );

  it.skipIf(!mountable)(`that is read-only: says so, with status 1 or 2${unless}`, async () => {
    const folder = temporaryFolder();
    const home = smallDisk(folder, "6m");
    execFileSync("mount", ["-o", "remount,ro", home]);
    const { status, stderr } = await qalam(["run", writeManifest(folder)], { home, cwd: folder });
    expect([1, 2]).toContain(status);
    expect(stderr).toMatch(/cannot be written: check its permissions, or set QALAM_HOME/);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it("that a newer version wrote: is refused with what to do, and left as it is", async () => {
    const home = temporaryFolder();
    expect((await qalam(["run", writeManifest(home)], { home })).status).toBe(0);
    const database = join(home, "qalam.db");
    const file = openSync(database, "r+");
    writeSync(file, Buffer.from([0, 0, 0, 99]), 0, 4, 60); // SQLite's user_version
    closeSync(file);
    const before = readFileSync(database);
    const { status, stderr } = await qalam(["get", "experiments"], { home });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/has schema version 99; this Qalam knows up to \d+\. Update Qalam/);
    expect(readFileSync(database).equals(before)).toBe(true);
  });

  it("that is damaged: is refused with the reason", async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, "qalam.db"), "x".repeat(MEGABYTE));
    const { status, stderr } = await qalam(["get", "experiments"], { home });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/qalam\.db.*(not a database|damaged)/s);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
