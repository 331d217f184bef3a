import { fileURLToPath } from "node:url";
import { createContext, Script } from "node:vm";
import { CONFIG_MAP } from "@qalam/api";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { map, serve } from "./served-store.ts";

/** A page's script: the client and what it gives, with nothing of Node's. */
const page = `
  import { CONFIG_MAP } from "@qalam/api";
  import { Client } from "@qalam/client";
  globalThis.seen = (async () => {
    const client = new Client(globalThis.options);
    await client.create(CONFIG_MAP, { metadata: { name: "from-page" } });
    const seen = [];
    for await (const { type, object } of client.watch(CONFIG_MAP)) {
      seen.push(type + " " + object.metadata.name);
      if (seen.length === 2) return seen;
    }
  })();
`;

it("the client works with what a browser has", async () => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: page, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    bundle: true,
    platform: "browser", // refuses Node's own modules
    conditions: ["source"],
    format: "iife",
    minify: true,
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  expect(Object.keys(metafile.inputs).filter((file) => file.includes("packages/client/src/"))).not.toEqual([]);
  const { served, store } = await serve();
  await store.create(CONFIG_MAP, map("before"));
  const options = { baseUrl: served.address, token: "a-token-that-is-long-enough-to-be-one" };
  const web = { fetch, URL, URLSearchParams, TextEncoder, TextDecoder, setTimeout, clearTimeout, options };
  const window = createContext(web) as { seen?: Promise<string[]> };
  new Script(outputFiles[0]?.text ?? "").runInContext(window);
  expect([...((await window.seen) ?? [])]).toEqual(["ADDED before", "ADDED from-page"]);
});
