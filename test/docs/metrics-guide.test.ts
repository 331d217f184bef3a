import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { writeManifest } from "../e2e/manifest.ts";
import { qalam, root, temporaryFolder } from "../e2e/qalam-command.ts";

const guide = readFileSync(join(root, "docs/guide/metrics.md"), "utf8");
const manifests = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => text);

describe("docs/guide/metrics.md", () => {
  it("shows manifests that are valid, one for every collector it names", async () => {
    const home = temporaryFolder();
    expect(manifests.length).toBeGreaterThanOrEqual(7);
    const files = manifests.map((text, i) =>
      writeManifest(home, { name: `guide-${i}`, spec: parse(text) as Record<string, unknown> }),
    );
    const { status, stderr } = await qalam(["validate", ...files], { home });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it("shows lines that are collected as it says", async () => {
    const home = temporaryFolder();
    const log = join(home, "log");
    const [text = "", json = ""] = [/```\n(epoch=3[\s\S]*?)```/, /```\n(\{"epoch"[\s\S]*?)```/].map(
      (block) => block.exec(guide)?.[1] ?? "",
    );
    const collect = async (output: string, spec: Record<string, unknown>) => {
      writeFileSync(log, output);
      const manifest = writeManifest(home, { spec });
      const { stdout } = await qalam(["test-collector", log, "-f", manifest, "-o", "json"], { home });
      return (JSON.parse(stdout) as { rows: object[] }).rows;
    };
    expect(await collect(text, {})).toMatchObject([
      { value: "0.25", step: 3 },
      { value: "1e-3", step: 3, time: "2026-01-31T12:00:00.25Z" },
    ]);
    const asJson =
      manifests
        .map((one) => parse(one) as Record<string, unknown>)
        .find((one) => JSON.stringify(one).includes("JSON")) ?? {};
    expect(await collect(json, asJson)).toMatchObject([
      { value: "0.25", step: 3, time: "2026-01-01T00:00:00.250000Z" },
    ]);
    const filtered = parse(manifests[0] ?? "") as Record<string, unknown>;
    expect(await collect("loss: 0.5\n", filtered)).toMatchObject([{ value: "0.5" }]);
  });
});
