import { JOB } from "@qalam/api";
import { describe, expect, it } from "vitest";
import { startServer } from "./start-server.ts";

const at = (plural: string, group = "api/v1") => `/${group}/namespaces/default/${plural}`;
const jobs = at("jobs", "apis/batch/v1");
const trials = at("trials", "apis/kubeflow.org/v1beta1");
const MERGE = { type: "application/merge-patch+json" };

const container = (name: string, more: object = {}) => ({ name, image: "busybox", ...more });
const pod = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: { containers: [container("a")], ...spec },
});
const job = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: { template: { spec: { containers: [container("a")], restartPolicy: "Never", ...spec } } },
});

describe("objects of built-in kinds", () => {
  it("get Kubernetes' defaults, which belong to whoever made the object", async () => {
    const { call } = await startServer();
    const { body } = await call("POST", `${at("pods")}?fieldManager=me`, pod("p", { volumes: [{ name: "v" }] }));
    expect(body.spec).toMatchObject({ restartPolicy: "Always", dnsPolicy: "ClusterFirst", enableServiceLinks: true });
    expect(body.spec.volumes).toEqual([{ name: "v", emptyDir: {} }]);
    expect(body.spec.containers[0]).toMatchObject({ resources: {}, imagePullPolicy: "Always" });
    expect(body.metadata.managedFields[0].fieldsV1["f:spec"]).toHaveProperty("f:dnsPolicy");
    const made = (await call("POST", jobs, job("j"))).body.spec;
    expect(made).toMatchObject({ completions: 1, parallelism: 1, completionMode: "NonIndexed", suspend: false });
    expect(made).not.toHaveProperty("backoffLimit");
  });

  it.each([
    ["BestEffort", {}],
    ["Burstable", { requests: { cpu: "1" } }],
    ["Burstable", { limits: { cpu: "1" } }],
    ["Guaranteed", { limits: { cpu: "1", memory: "1Gi" } }],
    ["Burstable", { limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "500m" } }],
  ])("begin without a status of their own: a pod waits, %s", async (qosClass, resources) => {
    const { call } = await startServer();
    const given = { ...pod("p", { containers: [container("a", { resources })] }), status: { phase: "Running" } };
    expect((await call("POST", at("pods"), given)).body.status).toEqual({ phase: "Pending", qosClass });
    const trial = { apiVersion: "kubeflow.org/v1beta1", kind: "Trial", metadata: { name: "t" }, spec: {} };
    const made = await call("POST", trials, { ...trial, status: { startTime: "2026-01-01T00:00:00Z" } });
    expect([made.status, made.body.status]).toEqual([201, undefined]);
  });

  it("lose what is empty, but for objects that say something by being there", async () => {
    const { call } = await startServer();
    const { body } = await call("POST", at("configmaps"), { metadata: { name: "m", labels: {} }, data: {} });
    expect(body).not.toHaveProperty("data");
    expect(body.metadata).not.toHaveProperty("labels");
    expect(body.metadata).not.toHaveProperty("managedFields");
    expect(body.metadata).not.toHaveProperty("generation");
  });

  it("encode a secret's text, and refuse data that is no base64", async () => {
    const { call } = await startServer();
    const { body } = await call("POST", at("secrets"), {
      metadata: { name: "s" },
      stringData: { a: "ü" },
      data: { b: "AA==" },
    });
    expect(body).toMatchObject({ type: "Opaque", data: { a: Buffer.from("ü").toString("base64"), b: "AA==" } });
    expect(body).not.toHaveProperty("stringData");
    expect((await call("POST", at("secrets"), { metadata: { name: "t" }, data: { a: "?" } })).status).toBe(400);
  });

  it("that a controller of ours made stay as it made them", async () => {
    const { call, store } = await startServer();
    const { spec } = await store.create(JOB, {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "j", namespace: "default" },
      spec: job("j").spec,
    });
    const { body } = await call("PATCH", `${jobs}/j`, { metadata: { labels: { a: "b" } } }, MERGE);
    expect(body.spec).toEqual(spec);
    expect(body.metadata.generation).toBe(1);
    expect(body.metadata).not.toHaveProperty("managedFields");
  });

  it.each([
    ["a pod without containers", at("pods"), { metadata: { name: "x" } }, ["spec.containers"]],
    [
      "two containers of one name",
      at("pods"),
      pod("x", { containers: [container("a"), container("a")] }),
      ["spec.containers[1].name"],
    ],
    ["an unknown restart policy", at("pods"), pod("x", { restartPolicy: "Maybe" }), ["spec.restartPolicy"]],
    ["a job that never ends", jobs, job("x", { restartPolicy: "Always" }), ["spec.template.spec.restartPolicy"]],
    ["a key that is none", at("configmaps"), { metadata: { name: "x" }, data: { "a b": "" } }, ["data[a b]"]],
    ["a key twice", at("configmaps"), { metadata: { name: "x" }, data: { a: "" }, binaryData: { a: "" } }, ["data[a]"]],
    ["a service without ports", at("services"), { metadata: { name: "x" }, spec: {} }, ["spec.ports"]],
    [
      "a claim of nothing",
      at("persistentvolumeclaims"),
      { metadata: { name: "x" }, spec: {} },
      ["spec.accessModes", "spec.resources[storage]"],
    ],
  ])("are refused: %s", async (_, path, body, fields) => {
    const { call } = await startServer();
    const reply = await call("POST", path, body);
    expect([reply.status, reply.body.details.causes.map(({ field }: { field: string }) => field)]).toEqual([
      422,
      fields,
    ]);
  });

  it.each([
    ["a pod's command", at("pods"), pod("x"), { spec: { containers: [container("a", { command: ["b"] })] } }, "spec"],
    [
      "a job's template",
      jobs,
      job("x"),
      { spec: { template: { spec: { containers: [container("b")] } } } },
      "spec.template",
    ],
    ["a secret's type", at("secrets"), { metadata: { name: "x" } }, { type: "other" }, "type"],
    ["an immutable map", at("configmaps"), { metadata: { name: "x" }, immutable: true }, { data: { a: "b" } }, "data"],
  ])("do not change: %s", async (_, path, body, patch, field) => {
    const { call } = await startServer();
    await call("POST", path, body);
    const reply = await call("PATCH", `${path}/x`, patch, MERGE);
    expect([reply.status, reply.body.details.causes[0].field]).toEqual([422, field]);
    expect((await call("PATCH", `${path}/x`, { metadata: { labels: { a: "b" } } }, MERGE)).status).toBe(200);
  });

  it("may have new images", async () => {
    const { call } = await startServer();
    await call("POST", at("pods"), pod("p"));
    const reply = await call(
      "PATCH",
      `${at("pods")}/p`,
      { spec: { containers: [{ name: "a", image: "new:1" }] } },
      MERGE,
    );
    expect([reply.status, reply.body.spec.containers[0].image]).toEqual([200, "new:1"]);
  });
});
