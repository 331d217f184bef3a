import { readFileSync } from "node:fs";
import { join } from "node:path";
import { STOPPING_RULES } from "@qalam/algorithms";
import { describe, expect, it } from "vitest";
import { root } from "../e2e/qalam-command.ts";

const page = readFileSync(join(root, "docs/guide/early-stopping.md"), "utf8");

/** The rows of the settings table below a rule's heading: name, default and meaning. */
function documented(rule: string): string[][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${rule}\n`)) ?? "";
  return [...section.matchAll(/^\| `(\w+)` \| (.*?) \| .*? \| (.*) \|$/gm)].map(([, ...cells]) => cells as string[]);
}

describe("docs/guide/early-stopping.md", () => {
  it.each(STOPPING_RULES)("lists the settings of $name as they are", ({ name, settings }) => {
    expect(documented(name)).toEqual(settings.map((spec) => [spec.name, spec.default ?? "required", spec.description]));
  });
});
