import { EXPERIMENT } from "@qalam/api";
import { expect, it } from "vitest";
import { startServer } from "./start-server.ts";

it.each(["application/json-patch+json", "application/merge-patch+json"])(
  "%s may carry a merge patch or a JSON Patch, as Python's clients send both",
  async (type) => {
    const { store, call } = await startServer();
    const metadata = { name: "a", namespace: "default" };
    const spec = { maxTrialCount: 1, parallelTrialCount: 1 };
    await store.create(EXPERIMENT, { apiVersion: "kubeflow.org/v1beta1", kind: "Experiment", metadata, spec });
    const path = "/apis/kubeflow.org/v1beta1/namespaces/default/experiments/a";
    const merged = await call("PATCH", path, { spec: { maxTrialCount: 2 } }, { type });
    expect(merged.body.spec).toMatchObject({ maxTrialCount: 2, parallelTrialCount: 1 });
    const operation = { op: "replace", path: "/spec/maxTrialCount", value: 3 };
    expect((await call("PATCH", path, [operation], { type })).body.spec).toMatchObject({ maxTrialCount: 3 });
    expect((await call("PATCH", path, '"text"', { type })).status).toBe(400);
  },
);
