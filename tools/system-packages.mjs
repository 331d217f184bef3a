import { spawnSync } from "node:child_process";

/**
 * Installs Debian packages when this is root on a system with apt; otherwise says what to install.
 * @returns true when the packages are there afterwards
 */
export function installSystemPackages(packages, purpose) {
  const isRoot = process.getuid?.() === 0;
  const hasApt = spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status === 0;
  if (!isRoot || !hasApt) {
    console.error(
      `${purpose} needs ${packages.join(", ")}. Install with your system's package manager${hasApt ? `: sudo apt-get install ${packages.join(" ")}` : ""}.`,
    );
    return false;
  }
  console.error(`Installing ${packages.join(", ")} for ${purpose} …`);
  const apt = (...args) =>
    spawnSync("apt-get", args, {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    }).status === 0;
  const install = () => apt("install", "-y", "--no-install-recommends", ...packages);
  return install() || (apt("update") && install());
}
