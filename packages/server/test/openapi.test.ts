import { fromBinary } from "@bufbuild/protobuf";
import { kubernetesSchemas } from "@qalam/api";
import { describe, expect, it } from "vitest";
import { DocumentSchema } from "../src/generated/openapi-v2_pb.ts";
import { kubernetesDescriptions } from "../src/openapi/kubernetes-descriptions.ts";
import { startServer } from "./start-server.ts";

describe("OpenAPI", () => {
  it("v2 as protobuf says what v2 as JSON says", async () => {
    const { server, call } = await startServer();
    const { body } = await call("GET", "/openapi/v2");
    const token = "a-token-that-is-long-enough-to-be-one";
    const response = await fetch(`${server.address}/openapi/v2`, {
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
      },
    });
    expect(response.headers.get("content-type")).toBe("application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
    const document = fromBinary(DocumentSchema, new Uint8Array(await response.arrayBuffer()));
    const named = document.definitions?.additionalProperties.map(({ name }) => name);
    expect(named).toEqual(Object.keys(body.definitions));
    expect(document.paths?.path.map(({ name }) => name)).toEqual(Object.keys(body.paths));
    const experiment = document.definitions?.additionalProperties.find(({ name }) => name.endsWith(".Experiment"));
    expect(experiment?.value?.vendorExtension.map(({ name }) => name)).toContain("x-kubernetes-group-version-kind");
    expect(experiment?.value?.description).toContain("A search for the parameters");
  });

  it("refers to nothing that is not there, in either version", async () => {
    const { call } = await startServer();
    const v2 = await call("GET", "/openapi/v2");
    for (const [, name = ""] of v2.text.matchAll(/"#\/definitions\/([^"]+)"/g))
      expect(v2.body.definitions).toHaveProperty([name]);
    const index = await call("GET", "/openapi/v3");
    for (const { serverRelativeURL } of Object.values<{ serverRelativeURL: string }>(index.body.paths)) {
      const v3 = await call("GET", serverRelativeURL);
      for (const [, name = ""] of v3.text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
        expect(v3.body.components.schemas).toHaveProperty([name]);
    }
  });

  it("has a text for every field that a laptop knows of built-in kinds", async () => {
    const { call } = await startServer();
    const schemas = kubernetesSchemas();
    for (const [name, texts] of Object.entries(kubernetesDescriptions))
      for (const field of Object.keys(texts).filter((one) => one !== "" && one !== "*"))
        expect([name, Object.keys(schemas[name]?.properties ?? {})]).toEqual([name, expect.arrayContaining([field])]);
    const { body: v2 } = await call("GET", "/openapi/v2");
    const { body: v3 } = await call("GET", "/openapi/v3/api/v1");
    const kinds = ["ConfigMap", "Secret", "Service", "PersistentVolumeClaim", "Namespace", "Pod", "Event"];
    const parts = ["PodSpec", "PodStatus", "Container", "Volume", "EnvVar", "EnvVarSource", "ContainerStatus"];
    for (const name of [...kinds, ...parts].map((kind) => `io.k8s.api.core.v1.${kind}`))
      for (const { description, properties } of [v2.definitions[name], v3.components.schemas[name]]) {
        if (kinds.some((kind) => name.endsWith(`.${kind}`))) expect(description).toMatch(/\.$/);
        for (const [field, member] of Object.entries<{ description?: string }>(properties))
          expect([name, field, member.description]).toEqual([name, field, expect.stringMatching(/\S/)]);
      }
    const { template } = v2.definitions["io.k8s.api.batch.v1.JobSpec"].properties;
    expect(template).toMatchObject({
      $ref: expect.stringContaining("PodTemplateSpec"),
      description: expect.any(String),
    });
    const { spec } = v3.components.schemas["io.k8s.api.core.v1.Pod"].properties;
    expect(spec).toEqual({
      allOf: [{ $ref: "#/components/schemas/io.k8s.api.core.v1.PodSpec" }],
      description: expect.any(String),
    });
  });

  it("is not sent again to who has it", async () => {
    const { call } = await startServer();
    const { headers } = await call("GET", "/openapi/v2");
    const again = await call("GET", "/openapi/v2", undefined, {
      headers: { "if-none-match": headers.get("etag") ?? "" },
    });
    expect([again.status, again.text]).toEqual([304, ""]);
  });
});

describe("views and reviews", () => {
  it("events.k8s.io shows the core group's events under its names", async () => {
    const { call } = await startServer();
    const namespace = "/namespaces/default/events";
    const involvedObject = { kind: "Trial", name: "t", namespace: "default" };
    const event = { metadata: { name: "e" }, involvedObject, message: "hello", reason: "R", type: "Normal" };
    await call("POST", `/api/v1${namespace}`, event);
    const { body } = await call("GET", `/apis/events.k8s.io/v1${namespace}?fieldSelector=regarding.name%3Dt`);
    expect(body.kind).toBe("EventList");
    expect(body.items).toMatchObject([{ regarding: involvedObject, note: "hello", reason: "R" }]);
    expect(body.items[0]).not.toHaveProperty("message");
  });

  it.each([
    ["authorization.k8s.io/v1/selfsubjectaccessreviews", "SelfSubjectAccessReview", { allowed: true }],
    ["authorization.k8s.io/v1/selfsubjectrulesreviews", "SelfSubjectRulesReview", { incomplete: false }],
    ["authentication.k8s.io/v1/selfsubjectreviews", "SelfSubjectReview", { userInfo: { username: "qalam" } }],
  ])("answers %s", async (path, kind, status) => {
    const { call } = await startServer();
    const { status: code, body } = await call("POST", `/apis/${path}`, { kind, spec: { namespace: "a" } });
    expect(code).toBe(201);
    expect(body).toMatchObject({ kind, status });
    expect(body.spec).toEqual({ SelfSubjectAccessReview: { namespace: "a" }, SelfSubjectRulesReview: {} }[kind]);
    expect((await call("POST", `/apis/${path}`, { kind: "Pod" })).status).toBe(400);
  });
});
