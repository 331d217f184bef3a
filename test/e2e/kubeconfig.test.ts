import { readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { parse, stringify } from "yaml";
import { qalam, startQalam, temporaryFolder, untilOutput } from "./qalam-command.ts";

const other = {
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "work", cluster: { server: "https://work.example" } }],
  users: [{ name: "me", user: { token: "secret" } }],
  contexts: [{ name: "work", context: { cluster: "work", user: "me" } }],
  "current-context": "work",
  preferences: { colors: true },
};

async function startServer(home: string) {
  const server = startQalam(["up", "--port", "0"], { home });
  onTestFinished(() => void server.kill("SIGKILL"));
  await untilOutput(server, /Serving/);
  return server;
}

it("qalam kubeconfig keeps what is there, adds the server once and makes it the current one", async () => {
  const home = temporaryFolder();
  const file = join(home, "config");
  writeFileSync(join(home, "real"), stringify(other), { mode: 0o644 });
  symlinkSync("real", file);
  await startServer(home);
  for (let times = 0; times < 2; times++)
    expect((await qalam(["kubeconfig"], { home, env: { KUBECONFIG: file } })).status).toBe(0);
  const merged = parse(readFileSync(file, "utf8"));
  expect(merged.clusters.map(({ name }: { name: string }) => name)).toEqual(["work", "qalam"]);
  expect(merged).toMatchObject({
    "current-context": "qalam",
    preferences: { colors: true },
    users: [other.users[0], {}],
  });
  expect(readlinkSync(file)).toBe("real");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { cluster } = merged.clusters[1];
  const answer = await fetch(`${cluster.server}/apis/kubeflow.org/v1beta1/experiments`);
  expect(answer.status).toBe(200);
  const printed = await qalam(["kubeconfig", "--print"], { home });
  expect(parse(printed.stdout).clusters).toEqual([merged.clusters[1]]);
});

it("qalam kubeconfig leaves a file alone that it cannot read, and says when no server runs", async () => {
  const home = temporaryFolder();
  expect(await qalam(["kubeconfig"], { home })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("start one with `qalam up`"),
  });
  await startServer(home);
  for (const text of ["clusters: {", "clusters: none", "clusters: [null]", "- a list"]) {
    const file = join(home, "config");
    writeFileSync(file, text);
    const { status, stderr } = await qalam(["kubeconfig", "--file", file], { home });
    expect(status).toBe(2);
    expect(stderr).toContain("so it was left as it is");
    expect(readFileSync(file, "utf8")).toBe(text);
  }
});
