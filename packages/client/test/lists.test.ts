import { CONFIG_MAP, NAMESPACE, TRIAL } from "@qalam/api";
import { MemoryStore } from "@qalam/store/memory";
import { describe, expect, it } from "vitest";
import { map, serve } from "./served-store.ts";

async function filled(count: number, options: Parameters<typeof serve>[0] = {}) {
  const { store, ...rest } = await serve(options);
  for (let i = 0; i < count; i++) await store.create(CONFIG_MAP, map(`map-${i}`));
  return { store, ...rest };
}

const names = (list: { items: { metadata: { name: string } }[] }) => list.items.map(({ metadata }) => metadata.name);

describe("a list", () => {
  it("comes whole or in pages of one snapshot", async () => {
    const { store, client } = await filled(5);
    expect(names(await client.list(CONFIG_MAP))).toHaveLength(5);
    const pages: string[][] = [];
    const versions = new Set<string>();
    for await (const page of client.pages(CONFIG_MAP, { limit: 2 })) {
      if (pages.length === 0) await store.delete(CONFIG_MAP, { namespace: "default", name: "map-4" });
      pages.push(names(page));
      versions.add(page.metadata.resourceVersion);
    }
    expect(pages).toEqual([["map-0", "map-1"], ["map-2", "map-3"], ["map-4"]]);
    expect(versions.size).toBe(1);
  });

  it("can be left after any page and taken up with its token", async () => {
    const { client } = await filled(5);
    for await (const page of client.pages(CONFIG_MAP, { limit: 2 })) {
      expect(page.metadata.remainingItemCount).toBe(3);
      const next = await client.list(CONFIG_MAP, { limit: 2, continue: page.metadata.continue! });
      expect(names(next)).toEqual(["map-2", "map-3"]);
      break;
    }
  });

  it("is selected by namespace, label and field", async () => {
    const { store, client } = await filled(2);
    await store.create(CONFIG_MAP, {
      ...map("other"),
      metadata: { name: "other", namespace: "n", labels: { a: "b" } },
    });
    expect(names(await client.listAll(CONFIG_MAP, { namespace: "n" }))).toEqual(["other"]);
    expect(names(await client.listAll(CONFIG_MAP, { labelSelector: "a=b" }))).toEqual(["other"]);
    expect(names(await client.listAll(CONFIG_MAP, { fieldSelector: "metadata.name=map-1" }))).toEqual(["map-1"]);
    expect(names(await client.listAll(NAMESPACE))).toContain("n");
    expect(names(await client.listAll(TRIAL))).toEqual([]);
  });

  it("starts over when the server forgets the snapshot between two pages", async () => {
    const store = new MemoryStore({ historyLimit: 1 });
    let pages = 0;
    const { client } = await filled(5, {
      store,
      client: {
        fetch: async (...request) => {
          const response = await fetch(...request);
          pages += 1;
          if (pages === 1) for (const name of ["x", "y"]) await store.create(CONFIG_MAP, map(name));
          return response;
        },
      },
    });
    const list = await client.listAll(CONFIG_MAP, { limit: 2 });
    expect(names(list)).toEqual(["map-0", "map-1", "map-2", "map-3", "map-4", "x", "y"]);
    expect(list.metadata.resourceVersion).toBe(await store.currentResourceVersion());
    expect(pages).toBe(3); // a page, the refusal, everything
  });

  it("read page by page says when the server forgot the snapshot", async () => {
    const { store, client } = await filled(5, { store: new MemoryStore({ historyLimit: 1 }) });
    const pages = client.pages(CONFIG_MAP, { limit: 2 });
    await pages.next();
    for (const name of ["x", "y"]) await store.create(CONFIG_MAP, map(name));
    await expect(pages.next()).rejects.toMatchObject({ status: 410, reason: "Expired", isGone: true });
  });
});
