import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, it } from "vitest";
import { writeManifest } from "./manifest.ts";
import { qalam, root, temporaryFolder } from "./qalam-command.ts";

const bin = join(root, "packages/cli/bin/qalam.js");

/** What bash would offer for each line, by the function that the script defines. */
function offeredByBash(home: string, lines: readonly (readonly string[])[]): string[] {
  const folder = join(home, "bin");
  mkdirSync(folder);
  symlinkSync(bin, join(folder, "qalam"));
  const script = join(home, "script.bash");
  const calls = lines.map((words) => {
    const quoted = words.map((word) => `'${word}'`).join(" ");
    return `COMP_WORDS=(qalam ${quoted}); COMP_CWORD=${words.length}; _qalam; echo "\${COMPREPLY[*]}"`;
  });
  writeFileSync(script, ["source <(qalam completion bash)", "source <(qalam completion bash)", ...calls].join("\n"));
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}`, QALAM_HOME: home };
  return execFileSync("bash", ["--norc", script], { env, cwd: home, encoding: "utf8" }).trimEnd().split("\n");
}

it("bash completes commands, kinds, names and values, and never evaluates what was typed", async () => {
  const home = temporaryFolder();
  await qalam(["run", writeManifest(home, { name: "tune", namespace: "lab", max: 1, parallel: 1 })], { home });
  const offered = offeredByBash(home, [
    ["va"],
    ["get", "tr"],
    ["get", "experiments", "-n", "la"],
    ["get", "experiments", "-n", "lab", "t"],
    ["best", ""],
    ["export", "tune", "-o", ""],
    ["get", "--all"],
    ["get", "$(touch pwned)", ""],
  ]);
  expect(offered).toEqual(["validate", "trials", "lab", "tune", "tune", "csv json", "--all-namespaces"]);
  expect(() => readFileSync(join(home, "pwned"))).toThrow();
});

it("leaves files to the shell", async () => {
  const home = temporaryFolder();
  expect((await qalam(["__complete", "--", "run", "exp"], { home })).stdout).toBe(":files\n");
  expect((await qalam(["__complete", "--", "run", "a.yaml", "-v", ""], { home })).stdout).toBe(":files\n");
});

it.each(["zsh", "fish"])("writes a script for %s", async (shell) => {
  const home = temporaryFolder();
  const { stdout, status } = await qalam(["completion", shell], { home });
  expect(status).toBe(0);
  expect(stdout).toContain("qalam __complete --");
});

it("the version is that of the package", async () => {
  const { version } = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8")) as { version: string };
  expect((await qalam(["--version"], { home: temporaryFolder() })).stdout).toMatch(`qalam ${version} (Node `);
});
