import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "./cache-directory.mjs";
import { hasCommand, root, run } from "./run-command.mjs";
import { installSystemPackages } from "./system-packages.mjs";

/**
 * A Python virtual environment with the packages of a requirements file, made once and kept outside the checkout.
 * @param name short name, part of the folder's name
 * @param requirements path of the requirements file, relative to the repository
 * @returns the folder of its executables, or undefined (with the reason printed) when it cannot be made
 */
export function ensurePythonEnvironment(name, requirements) {
  const wanted = readFileSync(join(root, requirements), "utf8");
  const hash = createHash("sha256").update(wanted).digest("hex").slice(0, 10);
  const folder = join(cacheDirectory, `python-${name}-${hash}`);
  const bin = join(folder, "bin");
  if (existsSync(join(folder, "complete"))) return bin;
  if (
    !hasCommand("python3", ["-c", "import venv, ensurepip"]) &&
    !installSystemPackages(["python3", "python3-venv"], `the Python environment "${name}"`)
  )
    return undefined;
  mkdirSync(cacheDirectory, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  console.error(`Preparing Python environment "${name}" (${wanted.trim().split("\n").join(", ")}); kept in ${folder}`);
  const made =
    run("python3", ["-m", "venv", folder]) === 0 &&
    run(join(bin, "python"), ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]) ===
      0;
  if (!made) {
    console.error(`The Python environment "${name}" could not be made: see the lines above.`);
    return undefined;
  }
  mkdirSync(join(folder, "complete"));
  return bin;
}
