import { describe, expect, it } from "vitest";
import { startServer } from "./start-server.ts";

const maps = "/api/v1/namespaces/default/configmaps";
const trials = "/apis/kubeflow.org/v1beta1/namespaces/default/trials";
const map = (name: string, metadata: object = {}) => ({ metadata: { name, ...metadata } });

async function startWithMaps(...names: string[]) {
  const { call, ...rest } = await startServer();
  const versions: string[] = [];
  for (const name of names) versions.push((await call("POST", maps, map(name))).body.metadata.resourceVersion);
  return { call, versions, ...rest };
}

describe("lists", () => {
  it("show the state of exactly a version, and 410 when that is not known", async () => {
    const { call, versions } = await startWithMaps("a", "b", "c");
    const list = async (query: string) => (await call("GET", `${maps}?${query}`)).body;
    const then = await list(`resourceVersionMatch=Exact&resourceVersion=${versions[1]}`);
    expect(then.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual(["a", "b"]);
    expect(then.metadata.resourceVersion).toBe(versions[1]);
    expect((await list(`resourceVersionMatch=NotOlderThan&resourceVersion=${versions[1]}`)).items).toHaveLength(3);
    expect(await list("resourceVersion=999999999")).toMatchObject({
      code: 410,
      details: { causes: [{ reason: "ResourceVersionTooLarge" }] },
    });
  });

  it.each([
    ["resourceVersion=abc", 400],
    ["resourceVersionMatch=Exact", 422],
    ["resourceVersionMatch=Exact&resourceVersion=0", 422],
    ["resourceVersionMatch=Other&resourceVersion=1", 422],
    ["sendInitialEvents=true", 422],
    ["continue=x&resourceVersion=1", 400],
    ["watch=true&sendInitialEvents=true", 422],
    ["watch=true&resourceVersionMatch=NotOlderThan&resourceVersion=1", 422],
    ["watch=true&resourceVersion=abc", 400],
    ["watch=true&labelSelector=a%20b", 400],
    ["watch=true&fieldSelector=nope%3D1", 400],
  ])("refuse ?%s with %i before anything is sent", async (query, status) => {
    const { call } = await startServer();
    const reply = await call("GET", `${maps}?${query}`);
    expect([reply.status, reply.body.kind]).toEqual([status, "Status"]);
  });

  it("as tables take only parts of objects that there are", async () => {
    const { call } = await startWithMaps("a");
    const accept = { headers: { accept: "application/json;as=Table;g=meta.k8s.io;v=v1" } };
    expect((await call("GET", `${maps}?includeObject=None`, undefined, accept)).body.rows[0].object).toBeNull();
    expect((await call("GET", `${maps}?includeObject=Some`, undefined, accept)).status).toBe(400);
  });
});

describe("deletions", () => {
  it.each([
    ["two policies", { propagationPolicy: "Background", orphanDependents: true }, 422],
    ["another kind", { kind: "Secret" }, 400],
    ["a text as time", { gracePeriodSeconds: "x" }, 400],
    ["another uid", { preconditions: { uid: "x" } }, 409],
    ["another version", { preconditions: { resourceVersion: "1" } }, 409],
  ])("with %s are refused", async (_, options, status) => {
    const { call } = await startWithMaps("a");
    expect((await call("DELETE", `${maps}/a`, options)).status).toBe(status);
    expect((await call("GET", `${maps}/a`)).status).toBe(200);
  });

  it("answer with the pod, and with a Status for most kinds", async () => {
    const { call } = await startWithMaps("a");
    const pods = "/api/v1/namespaces/default/pods";
    await call("POST", pods, { metadata: { name: "p" }, spec: { containers: [{ name: "a", image: "b" }] } });
    const { body } = await call("DELETE", `${pods}/p`);
    expect([body.kind, typeof body.metadata.deletionTimestamp]).toEqual(["Pod", "string"]);
    expect((await call("DELETE", `${maps}/a`)).body).toMatchObject({ kind: "Status", status: "Success" });
  });

  it("of collections need a namespace, and namespaces go one by one", async () => {
    const { call } = await startWithMaps("a");
    expect((await call("DELETE", "/api/v1/configmaps")).status).toBe(405);
    expect((await call("DELETE", "/api/v1/namespaces")).status).toBe(405);
    expect((await call("POST", "/api/v1/configmaps", map("b"))).status).toBe(405);
  });
});

describe("unknown fields", () => {
  const trial = { apiVersion: "kubeflow.org/v1beta1", kind: "Trial", metadata: { name: "t" }, spec: { nonsense: 1 } };

  it("of every kind are refused when asked, else told and dropped", async () => {
    const { call } = await startServer();
    const strict = await call("POST", `${trials}?fieldValidation=Strict`, trial);
    expect([strict.status, strict.body.message]).toEqual([
      400,
      expect.stringContaining('unknown field "spec.nonsense"'),
    ]);
    const warned = await call("POST", trials, trial);
    expect(warned.headers.get("warning")).toContain('unknown field \\"spec.nonsense\\"');
    expect(warned.body.spec).toEqual({});
    const ignored = await call("POST", `${trials}?fieldValidation=Ignore`, { ...trial, metadata: { name: "u" } });
    expect(ignored.headers.get("warning")).toBeNull();
  });

  it("are nothing that can be applied", async () => {
    const { call } = await startServer();
    const type = "application/apply-patch+yaml";
    const reply = await call("PATCH", `${trials}/t?fieldManager=me`, trial, { type });
    expect([reply.status, reply.body.message]).toEqual([
      400,
      expect.stringContaining(".spec.nonsense: field not declared"),
    ]);
    const bare = await call("PATCH", `${maps}/m?fieldManager=me`, map("m"), { type });
    expect([bare.status, bare.body.message]).toEqual([400, expect.stringContaining("invalid object type")]);
  });
});

it("a failure is told as YAML to who accepts only that", async () => {
  const { call } = await startServer();
  const reply = await call("GET", `${maps}/none`, undefined, { headers: { accept: "application/yaml" } });
  expect([reply.status, reply.headers.get("content-type"), reply.text]).toEqual([
    404,
    "application/yaml",
    expect.stringContaining("reason: NotFound"),
  ]);
});
