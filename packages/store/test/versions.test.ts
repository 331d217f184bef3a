import { CONFIG_MAP, type StoredConfigMap } from "@qalam/api";
import { MemoryStore } from "@qalam/store/memory";
import { expect, it } from "vitest";

const box = (name: string): StoredConfigMap => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });

it("spends no versions on what is refused or pretended", async () => {
  const store = new MemoryStore();
  const before = Number(await store.currentResourceVersion());
  const [, , real] = await Promise.allSettled([
    store.create(CONFIG_MAP, { ...box("Bad"), metadata: { name: "Bad", namespace: "new" } }),
    store.create(CONFIG_MAP, box("a"), { dryRun: true }),
    store.create(CONFIG_MAP, box("a")),
  ]);
  expect(real).toMatchObject({ value: { metadata: { resourceVersion: String(before + 1) } } });
  await store.close();
});
