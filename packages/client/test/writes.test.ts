import { CONFIG_MAP, EXPERIMENT, type Experiment, JOB, POD, type StoredPod } from "@qalam/api";
import { ApiError } from "@qalam/client";
import { describe, expect, it } from "vitest";
import { map, serve } from "./served-store.ts";

const key = { namespace: "default", name: "m" };

const pod = {
  metadata: { name: "m" },
  spec: {
    containers: [
      { name: "a", image: "i" },
      { name: "b", image: "i" },
    ],
  },
};

describe("writing", () => {
  it("creates with the type of the kind, in the default namespace, with a generated name", async () => {
    const { client } = await serve();
    const created = await client.create(CONFIG_MAP, { metadata: { generateName: "map-" }, data: { a: "1" } });
    expect(created).toMatchObject({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "default" } });
    expect(created.metadata.name).toMatch(/^map-.{5}$/);
    expect(await client.get(CONFIG_MAP, { namespace: "", name: created.metadata.name })).toEqual(created);
  });

  it("updates, and tells a conflict from other refusals", async () => {
    const { client } = await serve();
    const created = await client.create(CONFIG_MAP, map("m"));
    await client.update(CONFIG_MAP, { ...created, data: { a: "1" } });
    const stale = await client.update(CONFIG_MAP, { ...created, data: { a: "2" } }).catch((error) => error);
    expect(stale).toBeInstanceOf(ApiError);
    expect([stale.status, stale.isConflict, stale.isAlreadyExists]).toEqual([409, true, false]);
    const twice = await client.create(CONFIG_MAP, map("m")).catch((error) => error);
    expect([twice.status, twice.isConflict, twice.isAlreadyExists]).toEqual([409, false, true]);
  });

  it("patches by JSON patch, merge and strategic merge", async () => {
    const { client } = await serve();
    await client.create(CONFIG_MAP, map("m", { a: "1", b: "1" }));
    const merged = await client.patch(CONFIG_MAP, key, { merge: { data: { a: null, c: "1" } } });
    expect(merged.data).toEqual({ b: "1", c: "1" });
    const steps = [
      { op: "test", path: "/data/b", value: "1" },
      { op: "move", from: "/data/b", path: "/data/d" },
      { op: "remove", path: "/data/c" },
    ] as const;
    expect((await client.patch(CONFIG_MAP, key, { json: steps })).data).toEqual({ d: "1" });
    await client.create(POD, pod);
    const strategic = { spec: { containers: [{ name: "b", image: "new" }] } };
    const images = ({ spec }: StoredPod) => spec?.containers.map(({ name, image }) => `${name}:${image}`);
    expect(images(await client.patch(POD, key, { strategic }))).toEqual(["b:new", "a:i"].sort());
    const merge = { spec: { containers: ["a", "b"].map((name) => ({ name, image: "other" })) } };
    expect(images(await client.patch(POD, key, { merge }))).toEqual(["a:other", "b:other"]);
  });

  it("applies on the server's side: conflicts name the fields, force takes them, a second apply gives fields up", async () => {
    const { client } = await serve();
    const config = (data: Record<string, string>) => ({ metadata: { name: "m" }, data });
    await client.apply(CONFIG_MAP, config({ a: "1", b: "1" }), { fieldManager: "one" });
    const conflict = await client
      .apply(CONFIG_MAP, config({ a: "2" }), { fieldManager: "two" })
      .catch((error) => error);
    expect(conflict.isConflict).toBe(true);
    expect(conflict.causes).toMatchObject([{ reason: "FieldManagerConflict", field: ".data.a" }]);
    const forced = await client.apply(CONFIG_MAP, config({ a: "2" }), { fieldManager: "two", force: true });
    expect(forced.data).toEqual({ a: "2", b: "1" });
    expect((await client.apply(CONFIG_MAP, config({}), { fieldManager: "one" })).data).toEqual({ a: "2" });
  });

  it("writes the status alone through the subresource", async () => {
    const { client } = await serve();
    const template = { spec: { ...pod.spec, restartPolicy: "Never" } };
    const created = await client.create(JOB, { metadata: { name: "m" }, spec: { template } });
    const spec = { ...created.spec!, parallelism: 7 };
    const updated = await client.update(JOB, { ...created, spec, status: { active: 1 } }, { subresource: "status" });
    expect([updated.status, updated.spec?.parallelism]).toEqual([{ active: 1 }, 1]);
    const patched = await client.patch(JOB, key, { merge: { status: { active: 2 } } }, { subresource: "status" });
    expect(patched.status).toEqual({ active: 2 });
    const applied = { metadata: { name: "m" }, status: { failed: 1 } };
    const options = { fieldManager: "one", subresource: "status" } as const;
    expect((await client.apply(JOB, applied, options)).status).toEqual({ active: 2, failed: 1 });
  });

  it("in a dry run answers as if it were done, and does nothing", async () => {
    const { client } = await serve();
    const dryRun = true;
    expect((await client.create(CONFIG_MAP, map("m"), { dryRun })).metadata.uid).toBeDefined();
    expect(await client.get(CONFIG_MAP, key)).toBeUndefined();
    await client.create(CONFIG_MAP, map("m"));
    expect((await client.patch(CONFIG_MAP, key, { merge: { data: { a: "1" } } }, { dryRun })).data).toEqual({ a: "1" });
    await client.delete(CONFIG_MAP, key, { dryRun });
    expect((await client.get(CONFIG_MAP, key))?.data).toBeUndefined();
  });

  it("hands the server's warnings to the client's listener, or to that of the write", async () => {
    const [all, own]: [string[], string[]] = [[], []];
    const { client } = await serve({ client: { onWarning: (text) => all.push(text) } });
    const oops = (name: string) => ({ ...map(name), metadata: { name, labels: { oops: "1" } } });
    await client.create(CONFIG_MAP, oops("a"));
    await client.create(CONFIG_MAP, oops("b"), { onWarning: (text) => own.push(text) });
    await client.create(CONFIG_MAP, oops("c"), { fieldValidation: "Ignore" });
    expect([all, own]).toEqual([['unknown field "metadata.labels.oops"'], ['unknown field "metadata.labels.oops"']]);
    const refused = await client.create(CONFIG_MAP, oops("d"), { fieldValidation: "Strict" }).catch((error) => error);
    expect(refused).toMatchObject({ status: 422, reason: "Invalid", isInvalid: true });
    expect(refused.causes).toMatchObject([{ reason: "FieldValueForbidden", field: "metadata.labels.oops" }]);
  });

  it("knows the types of each kind", async () => {
    const { client } = await serve();
    const spec: Experiment["spec"] = {
      objective: { type: "minimize", objectiveMetricName: "loss" },
      algorithm: { algorithmName: "random" },
      parameters: [{ name: "x", parameterType: "double", feasibleSpace: { min: "0", max: "1" } }],
    };
    const experiment = await client.create(EXPERIMENT, { metadata: { name: "m" }, spec });
    expect(experiment.spec.objective?.objectiveMetricName).toBe("loss");
    const changed = await client.patch(EXPERIMENT, key, { merge: { spec: { parallelTrialCount: 4 } } });
    expect(changed.spec.parallelTrialCount).toBe(4);
    // @ts-expect-error: a count is a number
    const mistyped = client.patch(EXPERIMENT, key, { merge: { spec: { parallelTrialCount: "four" } } });
    await expect(mistyped).rejects.toMatchObject({ isInvalid: true });
  });
});

describe("deleting", () => {
  it("answers undefined for what is gone, the object for what a finalizer keeps", async () => {
    const { client } = await serve();
    await client.create(CONFIG_MAP, map("m"));
    expect(await client.delete(CONFIG_MAP, key)).toBeUndefined();
    await client.create(CONFIG_MAP, { metadata: { name: "m", finalizers: ["example.com/keep"] } });
    const kept = await client.delete(CONFIG_MAP, key, { gracePeriodSeconds: 0 });
    expect(kept?.metadata.deletionTimestamp).toBeDefined();
    await expect(client.delete(CONFIG_MAP, { ...key, name: "none" })).rejects.toMatchObject({ isNotFound: true });
  });

  it("deletes only what was seen when preconditions say so", async () => {
    const { client } = await serve();
    const { metadata } = await client.create(CONFIG_MAP, map("m"));
    const wrong = client.delete(CONFIG_MAP, key, { preconditions: { uid: "another" } });
    await expect(wrong).rejects.toMatchObject({ isConflict: true });
    await client.delete(CONFIG_MAP, key, { preconditions: { uid: metadata.uid! } });
    expect(await client.get(CONFIG_MAP, key)).toBeUndefined();
  });

  it("orphans or takes along what the object owns", async () => {
    const { client } = await serve();
    for (const [policy, left] of [
      ["Orphan", true],
      ["Foreground", false],
    ] as const) {
      const { metadata, apiVersion, kind } = await client.create(CONFIG_MAP, map("owner"));
      const ownerReferences = [{ apiVersion, kind, name: "owner", uid: metadata.uid!, blockOwnerDeletion: true }];
      await client.create(CONFIG_MAP, { metadata: { name: "owned", ownerReferences } });
      await client.delete(CONFIG_MAP, { ...key, name: "owner" }, { propagationPolicy: policy });
      expect((await client.get(CONFIG_MAP, { ...key, name: "owned" })) !== undefined).toBe(left);
      if (left) await client.delete(CONFIG_MAP, { ...key, name: "owned" });
    }
  });

  it("deletes a collection within a namespace and selector", async () => {
    const { client } = await serve();
    for (const name of ["a", "b"]) await client.create(CONFIG_MAP, { metadata: { name, labels: { l: name } } });
    await client.create(CONFIG_MAP, { metadata: { name: "a", namespace: "other" } });
    const deleted = await client.deleteCollection(CONFIG_MAP, { namespace: "default", labelSelector: "l=a" });
    expect(deleted.map(({ metadata }) => metadata.name)).toEqual(["a"]);
    await client.deleteCollection(CONFIG_MAP, { namespace: "default" }, { propagationPolicy: "Foreground" });
    const left = await client.listAll(CONFIG_MAP);
    expect(left.items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual(["other/a"]);
  });
});
