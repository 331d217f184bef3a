import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { root } from "./run-command.mjs";

// Caps aim at the tail: no file over 600 lines, no function over 80, and 95 % of functions within 40 (tests and generated code aside).
const files = execFileSync(
  "git",
  [
    "ls-files",
    "-co",
    "--exclude-standard",
    "--",
    "packages/*/src/*.ts",
    "packages/*/src/*.tsx",
    "tools/*.mjs",
    "bench/*.ts",
  ],
  { cwd: root, encoding: "utf8" },
)
  .split("\n")
  .filter((file) => file !== "" && !file.includes("/generated/") && !file.startsWith("packages/testing/"));
const problems = [];
const lengths = [];
for (const file of files) {
  const text = readFileSync(join(root, file), "utf8");
  const lines = text.split("\n").length - 1;
  if (lines > 600) problems.push(`${file}: ${lines} lines (at most 600)`);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lineOf = (position) => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node) => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      const length = lineOf(node.end) - lineOf(node.getStart()) + 1;
      lengths.push(length);
      if (length > 80)
        problems.push(`${file}:${lineOf(node.getStart()) + 1}: function of ${length} lines (at most 80)`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}
lengths.sort((a, b) => a - b);
const p95 = lengths[Math.floor(lengths.length * 0.95)] ?? 0;
if (p95 > 40) problems.push(`95 % of functions have up to ${p95} lines (at most 40)`);
console.log([...problems, `${files.length} files, ${lengths.length} functions, 95 % within ${p95} lines`].join("\n"));
process.exit(problems.length === 0 ? 0 : 1);
