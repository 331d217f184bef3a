import { describe, expect, it } from "vitest";
import { startServer } from "./start-server.ts";

const APPLY = "application/apply-patch+yaml";
const maps = "/api/v1/namespaces/default/configmaps";
const trials = "/apis/kubeflow.org/v1beta1/namespaces/default/trials";

const map = (data: object, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "m", ...metadata },
  data,
});
const trial = (spec: object, metadata: object = {}) => ({
  apiVersion: "kubeflow.org/v1beta1",
  kind: "Trial",
  metadata: { name: "t", ...metadata },
  spec,
});

/** Who owns what: `manager operation` → FieldsV1. */
const owners = (body: { metadata: { managedFields?: { manager: string; operation: string; fieldsV1: object }[] } }) =>
  Object.fromEntries(
    (body.metadata.managedFields ?? []).map(({ manager, operation, fieldsV1 }) => [
      `${manager} ${operation}`,
      fieldsV1,
    ]),
  );

async function startApplying() {
  const { call, ...rest } = await startServer();
  const apply = (path: string, manager: string, config: unknown, query = "") =>
    call("PATCH", `${path}?fieldManager=${manager}${query}`, config, { type: APPLY });
  return { call, apply, ...rest };
}

describe("server-side apply", () => {
  it("creates, and takes YAML", async () => {
    const { apply } = await startApplying();
    const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: b}\n";
    const { status, body } = await apply(`${maps}/m`, "me", yaml);
    expect(status).toBe(201);
    expect(body.data).toEqual({ a: "b" });
    expect(owners(body)).toEqual({ "me Apply": { "f:data": { "f:a": {} } } });
  });

  it("refuses to change what others own, with Kubernetes' message and causes, unless forced", async () => {
    const { call, apply } = await startApplying();
    await call("POST", `${maps}?fieldManager=creator`, map({ a: "1", b: "1" }, { labels: { x: "1" } }));
    const one = await apply(`${maps}/m`, "me", map({ a: "2" }));
    expect(one.status).toBe(409);
    expect(one.body).toMatchObject({
      reason: "Conflict",
      message: 'Apply failed with 1 conflict: conflict with "creator" using v1: .data.a',
      details: {
        causes: [{ reason: "FieldManagerConflict", message: 'conflict with "creator" using v1', field: ".data.a" }],
      },
    });
    const two = await apply(`${maps}/m`, "me", map({ a: "2", b: "2" }));
    expect(two.body.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "creator" using v1:\n- .data.a\n- .data.b',
    );
    const forced = await apply(`${maps}/m`, "me", map({ a: "2" }), "&force=true");
    expect(forced.body.data).toEqual({ a: "2", b: "1" });
    expect(owners(forced.body)).toEqual({
      "me Apply": { "f:data": { "f:a": {} } },
      "creator Update": { "f:data": { ".": {}, "f:b": {} }, "f:metadata": { "f:labels": { ".": {}, "f:x": {} } } },
    });
  });

  it("shares a field that both set to the same value", async () => {
    const { apply } = await startApplying();
    await apply(`${maps}/m`, "one", map({ a: "1" }));
    const { status, body } = await apply(`${maps}/m`, "two", map({ a: "1" }));
    expect(status).toBe(200);
    expect(Object.keys(owners(body)).sort()).toEqual(["one Apply", "two Apply"]);
    const released = await apply(`${maps}/m`, "one", map({}));
    expect(released.body.data).toEqual({ a: "1" });
  });

  it("removes what the manager said before and says no more, and nothing else", async () => {
    const { call, apply } = await startApplying();
    await apply(`${trials}/t`, "me", trial({ runSpec: { a: { b: 1, c: 2 } } }, { labels: { x: "1", y: "2" } }));
    await call(
      "PATCH",
      `${trials}/t`,
      { spec: { runSpec: { a: { d: 3 } } }, metadata: { labels: { z: "3" } } },
      { type: "application/merge-patch+json" },
    );
    const { body } = await apply(`${trials}/t`, "me", trial({ runSpec: { a: { b: 1 } } }));
    expect(body.spec.runSpec).toEqual({ a: { b: 1, d: 3 } });
    expect(body.metadata.labels).toEqual({ z: "3" });
    expect(body.metadata.name).toBe("t");
  });

  it("merges lists by the keys of their items, in Kubernetes' order", async () => {
    const { apply } = await startApplying();
    const path = "/apis/kubeflow.org/v1beta1/namespaces/default/experiments/e";
    const experiment = (...names: string[]) => ({
      apiVersion: "kubeflow.org/v1beta1",
      kind: "Experiment",
      metadata: { name: "e" },
      spec: { parameters: names.map((name) => ({ name })) },
    });
    const names = (body: { spec: { parameters: { name: string }[] } }) => body.spec.parameters.map(({ name }) => name);
    await apply(path, "one", experiment("a", "b"));
    expect(names((await apply(path, "two", experiment("z"))).body)).toEqual(["a", "b", "z"]);
    expect(names((await apply(path, "one", experiment("b"))).body)).toEqual(["b", "z"]);
    const twice = await apply(path, "one", experiment("b", "b"));
    expect(twice.status).toBe(400);
    expect(twice.body.message).toContain('.spec.parameters: duplicate entries for key [name="b"]');
  });

  it("knows ports by number and protocol, with the protocol's default", async () => {
    const { apply } = await startApplying();
    const path = "/api/v1/namespaces/default/services/s";
    const service = (ports: object[]) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "s" },
      spec: { clusterIP: "None", ports },
    });
    await apply(path, "one", service([{ port: 80 }]));
    const { body } = await apply(path, "two", service([{ port: 80, protocol: "UDP" }]));
    expect(body.spec.ports).toEqual([
      { port: 80, protocol: "TCP", targetPort: 80 },
      { port: 80, protocol: "UDP", targetPort: 80 },
    ]);
  });

  it("applies the status apart from the rest", async () => {
    const { apply } = await startApplying();
    await apply(`${trials}/t`, "me", trial({ labels: { a: "1" } }));
    const status = { conditions: [{ type: "Running", status: "True" }] };
    const { body } = await apply(`${trials}/t/status`, "controller", { ...trial({ labels: { a: "2" } }), status });
    expect(body.spec.labels).toEqual({ a: "1" });
    expect(body.status).toEqual(status);
    const conflict = await apply(`${trials}/t/status`, "other", {
      ...trial({}),
      status: { conditions: [{ type: "Running", status: "False" }] },
    });
    expect(conflict.body.message).toContain(
      'conflict with "controller" with subresource "status": .status.conditions[type="Running"].status',
    );
  });

  it("writes nothing when nothing changes", async () => {
    const { apply } = await startApplying();
    const first = await apply(`${maps}/m`, "me", map({ a: "1" }));
    const second = await apply(`${maps}/m`, "me", map({ a: "1" }));
    expect(second.body).toEqual(first.body);
  });

  it("shows the result of a dry run and stores nothing", async () => {
    const { call, apply } = await startApplying();
    await apply(`${maps}/m`, "me", map({ a: "1" }));
    const dry = await apply(`${maps}/m`, "me", map({ a: "2" }), "&dryRun=All");
    expect(dry.body.data).toEqual({ a: "2" });
    expect((await call("GET", `${maps}/m`)).body.data).toEqual({ a: "1" });
  });

  it.each([
    ["without a manager", "", map({}), 422, "fieldManager: Required value: is required for apply patch"],
    [
      "with managed fields",
      "?fieldManager=a",
      map({}, { managedFields: [] }),
      400,
      "metadata.managedFields must be nil",
    ],
    ["of another object", "?fieldManager=a", map({}, { name: "x" }), 400, "does not match the name on the URL"],
    ["of another kind", "?fieldManager=a", trial({}), 400, "does not match the expected"],
    ["with an old version", "?fieldManager=a", map({ a: "2" }, { resourceVersion: "1" }), 409, "has been modified"],
    ["of a text", "?fieldManager=a", "just text", 400, "the body is not an object"],
  ])("refuses a configuration %s", async (_, query, config, status, message) => {
    const { call, apply } = await startApplying();
    await apply(`${maps}/m`, "me", map({ b: "1" }));
    const reply = await call("PATCH", `${maps}/m${query}`, config, { type: APPLY });
    expect(reply.status).toBe(status);
    expect(reply.body.message).toContain(message);
  });
});

describe("managed fields of other writes", () => {
  it("give the writer what it changed, and take it from others", async () => {
    const { call, apply } = await startApplying();
    await apply(`${maps}/m`, "applier", map({ a: "1", b: "1" }));
    const patched = await call(
      "PATCH",
      `${maps}/m?fieldManager=patcher`,
      { data: { a: "2", b: null } },
      {
        type: "application/merge-patch+json",
      },
    );
    expect(owners(patched.body)).toEqual({ "patcher Update": { "f:data": { "f:a": {} } } });
  });

  it("name the writer by its user agent when it does not say", async () => {
    const { call } = await startServer();
    const { body } = await call("POST", maps, map({ a: "1" }), { headers: { "user-agent": "tool/1.0 (linux)" } });
    expect(body.metadata.managedFields[0].manager).toBe("tool");
  });

  it("can be given, and reset with one empty entry", async () => {
    const { call, apply } = await startApplying();
    const { body } = await apply(`${maps}/m`, "me", map({ a: "1" }));
    const renamed = [{ ...body.metadata.managedFields[0], manager: "you" }];
    const patch = (value: unknown) =>
      call("PATCH", `${maps}/m`, [{ op: "replace", path: "/metadata/managedFields", value }], {
        type: "application/json-patch+json",
      });
    expect(Object.keys(owners((await patch(renamed)).body))).toEqual(["you Apply"]);
    expect((await patch([{}])).body.metadata.managedFields).toBeUndefined();
  });

  it("of more than ten updaters, keep the oldest together", async () => {
    const { call } = await startServer();
    await call("POST", `${maps}?fieldManager=u0`, map({ k0: "1" }));
    let last: { metadata: { managedFields: { manager: string }[] } } | undefined;
    for (let i = 1; i <= 12; i++) {
      const patch = { data: { [`k${i}`]: "1" } };
      const type = "application/merge-patch+json";
      last = (await call("PATCH", `${maps}/m?fieldManager=u${i}`, patch, { type })).body;
    }
    const managers = last?.metadata.managedFields.map(({ manager }) => manager);
    expect(managers).toHaveLength(10);
    expect(managers).toContain("ancient-changes");
  });
});
