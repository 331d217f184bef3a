import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, temporaryFolder } from "../e2e/qalam-command.ts";

const page = readFileSync(join(root, "docs/guide/ask-tell.md"), "utf8");

/** The n-th code block of a language, as printed. */
function block(language: string, n = 0): string {
  const found = [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))];
  return found[n]?.[1] ?? "";
}

/** Runs a program of the page in a folder with its space.yaml, `qalam` on the path. */
function run(command: string, file: string, text: string, space = block("yaml")): string {
  const folder = temporaryFolder();
  symlinkSync(join(root, "packages/cli/bin/qalam.js"), join(folder, "qalam"));
  writeFileSync(join(folder, "space.yaml"), space);
  writeFileSync(join(folder, file), text);
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
  return execFileSync(command, [file], { cwd: folder, env, encoding: "utf8" });
}

describe("docs/guide/ask-tell.md", () => {
  it("has a Python example that runs as printed", () => {
    expect(run("python3", "search.py", block("python"))).toMatch(/^best \{"lr": .*"optimizer": "adam"\}$/m);
  });

  it("has a shell example that runs as printed", () => {
    const lines = run("bash", "search.sh", block("sh")).trim().split("\n");
    expect(lines).toHaveLength(10);
    expect(lines[9]).toMatch(/^trial 9: layers=[1-5] loss=[014]$/);
  });

  it("has a space with settings that is accepted as printed", () => {
    const script = "echo '{\"ask\":1}' | qalam ask-tell --space space.yaml";
    expect(run("bash", "ask.sh", script, block("yaml", 1))).toContain('"id":0');
  });
});
