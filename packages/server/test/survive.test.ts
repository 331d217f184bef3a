import { connect } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startServer } from "./start-server.ts";

const maps = "/api/v1/namespaces/default/configmaps";
const map = (name: string, data: object = {}) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data });

/** Writes bytes to the server as they are. @returns the first line of the answer, empty when the connection just closed */
function raw(address: string, text: string, { end = true } = {}): Promise<string> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => (end ? socket.end(text) : socket.write(text)));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer.split("\r\n")[0] ?? ""));
  });
}

describe("the server survives", () => {
  it("a missing or wrong token: 401, and nothing told", async () => {
    const { call } = await startServer();
    await call("POST", maps, map("secret-name"));
    for (const token of [null, "wrong", ""]) {
      for (const path of [maps, `${maps}/secret-name`, "/apis", "/openapi/v2", "/nowhere"]) {
        const { status, body, text } = await call("GET", path, undefined, { token });
        expect([status, body.reason]).toEqual([401, "Unauthorized"]);
        expect(text).not.toContain("secret");
      }
    }
    expect((await call("GET", "/healthz", undefined, { token: null })).text).toBe("ok");
  });

  it("a page of another origin and a rebinding Host, both refused", async () => {
    const { server, call } = await startServer();
    expect((await call("GET", maps, undefined, { headers: { origin: "http://evil.example" } })).status).toBe(403);
    const request = `GET ${maps} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`;
    expect(await raw(server.address, request, { end: false })).toContain("403");
  });

  it.each([
    ["cut off", '{"metadata":', "application/json", 400],
    ["empty", "", "application/json", 400],
    ["no object", "[1]", "application/json", 400],
    ["nested deeply", `${"[".repeat(5000)}${"]".repeat(5000)}`, "application/json", 400],
    ["nested deeply in YAML", `${"- ".repeat(5000)}a`, "application/yaml", 400],
    ["of another type", "<a/>", "application/xml", 415],
    ["protobuf that is none", "k8s\u0000", "application/vnd.kubernetes.protobuf", 422],
    ["too large", JSON.stringify(map("m", { a: "x".repeat(4 << 20) })), "application/json", 413],
  ])("a body that is %s", async (_, body, type, status) => {
    const { call, errors } = await startServer();
    const reply = await call("POST", maps, body, { type });
    expect([reply.status, reply.body.kind]).toEqual([status, "Status"]);
    expect(errors).toEqual([]);
  });

  it("clients that vanish in the middle of a body", async () => {
    const { server, call, errors } = await startServer();
    const head = `POST ${maps} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer a-token-that-is-long-enough-to-be-one\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a`;
    await Promise.all(Array.from({ length: 20 }, () => raw(server.address, head)));
    expect((await call("GET", maps)).status).toBe(200);
    expect(errors).toEqual([]);
  });

  it.each([
    ["BREW", maps, 400],
    ["PUT", maps, 405],
    ["POST", `${maps}/m`, 405],
    ["GET", "/apis/nothing/v1/things", 404],
    ["GET", "/api/v1/namespaces/default/nothing", 404],
    ["GET", `${maps}/m/nothing`, 404],
    ["GET", `${maps}?labelSelector=a%20b%20c`, 400],
    ["GET", `${maps}?fieldSelector=nothing%3D1`, 400],
    ["GET", `${maps}?limit=-1`, 400],
    ["GET", `${maps}?continue=nonsense`, 400],
    ["GET", `${maps}/..%2f..%2fetc%2fpasswd`, 404],
    ["GET", `${maps}/%00`, 404],
    ["GET", `${maps}/%zz`, 400],
  ])("%s %s", async (method, path, status) => {
    const { server, errors } = await startServer();
    const request = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer a-token-that-is-long-enough-to-be-one\r\nConnection: close\r\n\r\n`;
    expect(await raw(server.address, request, { end: false })).toContain(` ${status} `);
    expect(errors).toEqual([]);
  });

  it("conflicting updates: one of two from the same version is refused, patches all arrive", async () => {
    const { call } = await startServer();
    const { body } = await call("POST", maps, map("m"));
    const updates = await Promise.all([1, 2].map((i) => call("PUT", `${maps}/m`, { ...body, data: { a: String(i) } })));
    expect(updates.map(({ status }) => status).sort()).toEqual([200, 409]);
    const type = "application/merge-patch+json";
    const patches = await Promise.all(
      [1, 2, 3, 4].map((i) => call("PATCH", `${maps}/m`, { data: { [`k${i}`]: "1" } }, { type })),
    );
    expect(patches.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(Object.keys((await call("GET", `${maps}/m`)).body.data)).toEqual(["a", "k1", "k2", "k3", "k4"]);
  });

  it("versions from the future and the wrong kind of version", async () => {
    const { call } = await startServer();
    const future = await call("GET", `${maps}?watch=true&resourceVersion=999999999`);
    expect(JSON.parse(future.text)).toMatchObject({ type: "ERROR", object: { code: 410, reason: "Expired" } });
    const nonsense = await call("GET", `${maps}?watch=true&resourceVersion=abc`);
    expect(nonsense).toMatchObject({ status: 400, body: { reason: "BadRequest" } });
  });

  it("10,000 requests made up at random, without one 5xx", async () => {
    const { call, errors } = await startServer();
    const part = fc.oneof(
      fc.constantFrom(
        "api",
        "apis",
        "v1",
        "v1beta1",
        "kubeflow.org",
        "batch",
        "namespaces",
        "default",
        "configmaps",
        "experiments",
        "trials",
        "pods",
        "jobs",
        "events",
        "m",
        "status",
        "log",
        "openapi",
        "v2",
      ),
      fc.string({ maxLength: 8 }),
    );
    const paths = fc.oneof(
      fc.constantFrom(
        maps,
        `${maps}/m`,
        "/apis/kubeflow.org/v1beta1/namespaces/default/trials/t",
        "/apis/kubeflow.org/v1beta1/namespaces/default/trials",
        "/apis/batch/v1/jobs",
        "/apis/batch/v1/namespaces/default/jobs",
        "/api/v1/namespaces/default/services",
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        "/api/v1/namespaces/default/pods/p/status",
        "/api/v1/namespaces/default/pods/p",
      ),
      fc.array(part, { maxLength: 7 }).map((parts) => `/${parts.map(encodeURIComponent).join("/")}`),
    );
    const query = fc.dictionary(
      fc.constantFrom(
        "dryRun",
        "fieldManager",
        "force",
        "limit",
        "continue",
        "labelSelector",
        "fieldSelector",
        "fieldValidation",
        "propagationPolicy",
      ),
      fc.oneof(fc.constantFrom("All", "true", "a=b", "1", "Strict"), fc.string({ maxLength: 6 })),
    );
    const metadata = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.record(
        {
          name: fc.constantFrom("m", "t", "p"),
          labels: fc.jsonValue({ maxDepth: 1 }),
          finalizers: fc.jsonValue({ maxDepth: 1 }),
          managedFields: fc.jsonValue({ maxDepth: 2 }),
        },
        { requiredKeys: ["name"] },
      ),
    );
    const body = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.record(
        {
          metadata,
          spec: fc.jsonValue({ maxDepth: 3 }),
          status: fc.jsonValue({ maxDepth: 2 }),
          data: fc.jsonValue({ maxDepth: 2 }),
        },
        { requiredKeys: ["metadata"] },
      ),
      fc.array(
        fc.record({
          op: fc.constantFrom("add", "remove", "replace", "test", "move", "x"),
          path: fc.constantFrom("/data/a", "/metadata/managedFields", "/spec", "", "x"),
          value: fc.jsonValue({ maxDepth: 2 }),
        }),
        { maxLength: 3 },
      ),
    );
    const type = fc.constantFrom(
      "application/json",
      "application/yaml",
      "application/merge-patch+json",
      "application/json-patch+json",
      "application/strategic-merge-patch+json",
      "application/apply-patch+yaml",
      "application/vnd.kubernetes.protobuf",
      "text/plain",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("GET", "POST", "PUT", "PATCH", "PATCH", "DELETE"),
        paths,
        query,
        body,
        type,
        async (method, path, query, body, type) => {
          const reply = await call(
            method,
            `${path}?${new URLSearchParams(query)}`,
            method === "GET" ? undefined : body,
            { type },
          );
          if (reply.status >= 500) throw new Error(`${reply.status} ${reply.text}`);
        },
      ),
      { numRuns: 10_000, seed: 20, endOnFailure: true },
    );
    expect(errors).toEqual([]);
  }, 120_000);
});
