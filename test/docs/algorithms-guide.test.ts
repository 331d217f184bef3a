import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ALGORITHMS } from "@qalam/algorithms";
import { describe, expect, it } from "vitest";
import { root } from "../e2e/qalam-command.ts";

const folder = join(root, "docs/guide/algorithms");
const pages = readdirSync(folder).filter((name) => name.endsWith(".md") && name !== "README.md");
const textOf = (page: string) => readFileSync(join(folder, page), "utf8");

describe("the guide to search algorithms", () => {
  it.each(ALGORITHMS.map(({ name, settings }) => ({ name, settings })))(
    "lists $name and leads to a page that names each of its settings",
    ({ name, settings }) => {
      const link = new RegExp(`\\[\`${name}\`\\]\\(([a-z-]+\\.md)\\)`).exec(textOf("README.md"));
      expect(pages).toContain(link?.[1]);
      const text = textOf(link?.[1] ?? "");
      for (const setting of settings) expect(text).toContain(`\`${setting.name}\``);
    },
  );

  it("says of each algorithm what it supports", () => {
    const columns = ["conditions", "constraints", "outcomeConstraints", "multiObjective", "warmStart", "initialPoints"];
    for (const { name, supports } of ALGORITHMS) {
      const row = textOf("README.md")
        .split("\n")
        .find((line) => line.startsWith(`| [\`${name}\`]`));
      const cells = row
        ?.split("|")
        .slice(3, 9)
        .map((cell) => cell.trim() === "yes");
      expect(cells, name).toEqual(columns.map((key) => supports[key as keyof typeof supports] === true));
    }
  });
});
