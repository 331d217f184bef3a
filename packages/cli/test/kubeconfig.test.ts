import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newCertificate } from "@qalam/testing";
import { afterAll, describe, expect, it } from "vitest";
import { CommandError } from "../src/command-error.ts";
import { writeKubeconfig } from "../src/commands/kubeconfig-command.ts";
import { mergeKubeconfig, newKubeconfig } from "../src/kubeconfig.ts";

const folder = mkdtempSync(join(tmpdir(), "qalam-kubeconfig-"));
afterAll(() => rmSync(folder, { recursive: true }));

const added = newKubeconfig({ address: "http://127.0.0.1:7071", token: "token", certificate: undefined });
const work = {
  apiVersion: "v1",
  kind: "Config",
  preferences: { colors: true },
  extensions: [{ name: "other", extension: {} }],
  clusters: [{ name: "work", cluster: { server: "https://work.example", "certificate-authority": "ca.crt" } }],
  users: [{ name: "me", user: { exec: { command: "login" } } }],
  contexts: [{ name: "work", context: { cluster: "work", user: "me", namespace: "team" } }],
  "current-context": "work",
};

describe("a new kubeconfig", () => {
  it("has the token in the path without TLS, where kubectl would not send it otherwise", () => {
    expect(added.clusters).toEqual([{ name: "qalam", cluster: { server: "http://127.0.0.1:7071/t/token" } }]);
  });

  it("has the certificate over TLS, and the token as the user's alone", () => {
    const { cert: certificate } = newCertificate(folder, "local");
    const { clusters, users } = newKubeconfig({ address: "https://127.0.0.1:7071", token: "token", certificate });
    const authority = Buffer.from(certificate).toString("base64");
    expect(clusters).toEqual([
      { name: "qalam", cluster: { server: "https://127.0.0.1:7071", "certificate-authority-data": authority } },
    ]);
    expect(users).toEqual([{ name: "qalam", user: { token: "token" } }]);
  });

  it.each([
    ["DNS:lab.example,DNS:other.example", "lab.example"],
    ["DNS:*.lab.example", "qalam.lab.example"],
    ["IP:192.0.2.7", "192.0.2.7"],
  ])("names a host of a certificate for %s", (hosts, name) => {
    const { cert: certificate } = newCertificate(folder, "elsewhere", { hosts });
    const { clusters } = newKubeconfig({ address: "https://127.0.0.1:7071", token: "token", certificate });
    expect(clusters?.[0]?.cluster).toMatchObject({ "tls-server-name": name });
  });
});

describe("merging", () => {
  it("keeps every cluster, user, context and setting that is there, and makes ours the current context", () => {
    const merged = mergeKubeconfig(work, added, "config");
    expect(merged).toEqual({
      ...work,
      clusters: [...work.clusters, ...(added.clusters ?? [])],
      users: [...work.users, ...(added.users ?? [])],
      contexts: [...work.contexts, ...(added.contexts ?? [])],
      "current-context": "qalam",
    });
  });

  it("replaces our own entries, so that doing it again changes nothing", () => {
    const once = mergeKubeconfig(work, added, "config");
    expect(mergeKubeconfig(once, added, "config")).toEqual(once);
    const moved = newKubeconfig({ address: "http://127.0.0.1:9", token: "other", certificate: undefined });
    const again = mergeKubeconfig(once, moved, "config");
    expect(again.clusters).toEqual([...work.clusters, ...(moved.clusters ?? [])]);
    expect(again.users).toEqual([...work.users, ...(moved.users ?? [])]);
  });

  it("takes an empty file, and lists that are empty or missing, as kubectl writes them", () => {
    for (const nothing of [undefined, null]) expect(mergeKubeconfig(nothing, added, "config")).toEqual(added);
    const bare = { apiVersion: "v1", kind: "Config", clusters: null, users: [], "current-context": "" };
    expect(mergeKubeconfig(bare, added, "config")).toEqual(added);
  });

  it.each([
    ["a text", "clusters"],
    ["a list", []],
    ["a number", 7],
    ["clusters that are no list", { clusters: {} }],
    ["users without a name", { users: [{ user: {} }] }],
    ["contexts with nothing in them", { contexts: [null] }],
    ["a name that is no text", { clusters: [{ name: 1 }] }],
  ])("refuses %s and says what was expected where", (_, existing) => {
    const merge = () => mergeKubeconfig(existing, added, "/home/me/config");
    expect(merge).toThrow(CommandError);
    expect(merge).toThrow(
      "/home/me/config is not a kubeconfig, so it was left as it is: expected clusters, users and contexts as lists",
    );
  });
});

describe("writing", () => {
  it("makes folders, keeps links, and lets nobody else read it", () => {
    const real = join(folder, "deep/er/config");
    writeKubeconfig(real, "one");
    chmodSync(real, 0o644);
    const link = join(folder, "link");
    symlinkSync(real, link);
    writeKubeconfig(link, "two");
    expect([readlinkSync(link), readFileSync(real, "utf8")]).toEqual([real, "two"]);
    expect(statSync(real).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, "deep/er"))).toEqual(["config"]);
  });

  it("leaves a read-only file alone", () => {
    const file = join(folder, "read-only");
    writeFileSync(file, "mine", { mode: 0o400 });
    expect(() => writeKubeconfig(file, "other")).toThrow(
      `cannot write ${file}: it is read-only; name another file with --file`,
    );
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  it("says when there can be no such file", () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    expect(() => writeKubeconfig(join(file, "config"), "text")).toThrow(
      /cannot write .*a-file\/config: (ENOTDIR|EEXIST)/,
    );
  });
});
