import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "./cache-directory.mjs";
import { hasCommand, root } from "./run-command.mjs";

const module = join(root, "test/differential/apiserver");
const programs = { etcd: "go.etcd.io/etcd/server/v3", "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver" };

/** Builds them: minutes of work, so that only this command does it. */
export const BUILD_COMMAND = "npm run setup -- --kubernetes";

/** Folder of the programs at the versions that go.mod names. */
function folder() {
  const versions = readFileSync(join(module, "go.mod"), "utf8");
  const version = (name) => new RegExp(`^\\t${name} v(\\S+)$`, "m").exec(versions)?.[1];
  return join(
    cacheDirectory,
    `kubernetes-${version("k8s.io/kubernetes")}-etcd-${version("go.etcd.io/etcd/server/v3")}`,
  );
}

/** @returns folder of `etcd` and `kube-apiserver`; undefined when they were not built on this machine */
export function findKubernetesApiServer() {
  const built = folder();
  return existsSync(built) ? built : undefined;
}

/**
 * A Kubernetes API server and its database, built once from their Go modules and kept outside the checkout.
 * @returns the folder of the programs; undefined, with the reason printed, when they cannot be built
 */
export function buildKubernetesApiServer() {
  const built = findKubernetesApiServer();
  if (built !== undefined) return built;
  if (!hasCommand("go", ["version"])) {
    console.error(
      "The Kubernetes API server is built from its Go modules, and there is no `go`: install Go 1.24 or newer (on Debian: apt-get install golang), then run the command again.",
    );
    return undefined;
  }
  mkdirSync(cacheDirectory, { recursive: true });
  const target = folder();
  const unfinished = mkdtempSync(`${target}-unfinished-`);
  console.error(`Building ${Object.keys(programs).join(" and ")} (some minutes); kept in ${target}`);
  try {
    for (const [name, path] of Object.entries(programs)) {
      const args = ["build", "-mod=readonly", "-buildvcs=false", "-ldflags=-s -w", "-o", join(unfinished, name), path];
      const { status, error } = spawnSync("go", args, { cwd: module, stdio: "inherit" });
      if (status === 0) continue;
      console.error(
        `${name} could not be built${error === undefined ? ": see the lines above" : `: ${error.message}`}`,
      );
      return undefined;
    }
    if (!existsSync(target)) renameSync(unfinished, target); // another process may have been faster
    return target;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
