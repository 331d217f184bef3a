import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../e2e/qalam-command.ts";

const pages = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], { cwd: root, encoding: "utf8" })
  .trim()
  .split("\n");

/** Targets of a page's links to files of the repository, without anchors. */
function linkedFiles(page: string): string[] {
  const text = readFileSync(join(root, page), "utf8").replace(/```[\s\S]*?```/g, "");
  return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

describe("the documents", () => {
  it("link to files that are there", () => {
    const broken = pages.flatMap((page) =>
      linkedFiles(page)
        .filter((target) => !existsSync(join(root, dirname(page), target)))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it("lead from the README or an index to every guide and measurement", () => {
    const linked = new Set(pages.flatMap((page) => linkedFiles(page).map((target) => join(dirname(page), target))));
    const lonely = pages.filter((page) => /^docs\/(guide|reference)\//.test(page) && !linked.has(page));
    expect(lonely.filter((page) => !page.endsWith("README.md"))).toEqual([]);
  });
});
