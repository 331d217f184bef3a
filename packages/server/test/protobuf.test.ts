import { kubernetesSchemas, type Schema } from "@qalam/api";
import { describe, expect, it } from "vitest";
import { decodeObject, PROTOBUF } from "../src/protobuf/decode-object.ts";
import { KUBERNETES_MESSAGES } from "../src/protobuf/generated/kubernetes-messages.ts";
import { messageFields } from "../src/protobuf/message-fields.ts";
import recorded from "./recorded-protobuf.json" with { type: "json" };
import { startServer, TOKEN } from "./start-server.ts";

const [pod, job, event, map] = recorded.map(({ protobuf }) => Buffer.from(protobuf, "base64")) as [
  Buffer,
  Buffer,
  Buffer,
  Buffer,
];

/** Sends bytes as they are. */
async function send(address: string, method: string, path: string, body: Buffer) {
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": PROTOBUF };
  const response = await fetch(`${address}${path}`, { method, headers, body: new Uint8Array(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** A field of at most 127 bytes. */
function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** The body of Kubernetes' protobuf whose object has these bytes. */
function envelope(apiVersion: string, kind: string, object: Buffer): Buffer {
  const type = Buffer.concat([field(1, Buffer.from(apiVersion)), field(2, Buffer.from(kind))]);
  return Buffer.concat([Buffer.from("k8s\0"), field(1, type), field(2, object)]);
}

describe("objects as protobuf", () => {
  it.each(recorded.map(({ json, protobuf }) => [json.kind, protobuf, json] as const))(
    "%s as a Kubernetes API server wrote it",
    (_, protobuf, json) => {
      expect(withoutNothing(decodeObject(Buffer.from(protobuf, "base64")))).toEqual(withoutNothing(json));
    },
  );

  it("every message has the fields of its schema, by their names in JSON", () => {
    const schemas = kubernetesSchemas();
    const compared = Object.keys(KUBERNETES_MESSAGES).filter((name) => schemas[name] !== undefined);
    expect(compared.length).toBeGreaterThan(100);
    const ownNames = (names: readonly string[]) => names.filter((key) => key !== "apiVersion" && key !== "kind").sort();
    for (const name of compared) {
      const wanted = Object.keys((schemas[name] as Schema).properties ?? {});
      expect([name, ownNames(namesOf(name))]).toEqual([name, ownNames(wanted)]);
    }
  });

  it("is created, replaced and deleted like JSON", async () => {
    const { server, call } = await startServer();
    const maps = "/api/v1/namespaces/default/configmaps";
    const named = (value: string) => {
      const entry = Buffer.concat([field(1, Buffer.from("key")), field(2, Buffer.from(value))]);
      return envelope("v1", "ConfigMap", Buffer.concat([field(1, field(1, Buffer.from("m"))), field(2, entry)]));
    };
    const created = await send(server.address, "POST", maps, named("a"));
    expect(created).toMatchObject({ status: 201, body: { kind: "ConfigMap", data: { key: "a" } } });
    expect((await send(server.address, "POST", maps, named("a"))).status).toBe(409);
    const replaced = await send(server.address, "PUT", `${maps}/m`, named("b"));
    expect(replaced).toMatchObject({ status: 200, body: { data: { key: "b" } } });
    const another = field(1, Buffer.from("4d5b0b64-0c6b-4d5f-b1e6-000000000000"));
    const options = envelope("v1", "DeleteOptions", field(2, another));
    expect((await send(server.address, "DELETE", `${maps}/m`, options)).status).toBe(409);
    expect((await call("GET", `${maps}/m`)).status).toBe(200);
    expect(
      (await send(server.address, "DELETE", `${maps}/m`, envelope("v1", "DeleteOptions", Buffer.alloc(0)))).status,
    ).toBe(200);
    expect((await call("GET", `${maps}/m`)).status).toBe(404);
  });

  it("that is cut off, changed or of another kind is refused with a reason, and nothing breaks", async () => {
    const { server, errors } = await startServer();
    const pods = "/api/v1/namespaces/default/pods";
    for (let length = 1; length < pod.length; length += 7) {
      const { status, body } = await send(server.address, "POST", `${pods}?dryRun=All`, pod.subarray(0, length));
      expect([length, status < 500, body.kind]).toEqual([length, true, status === 201 ? "Pod" : "Status"]);
    }
    for (let at = 4; at < pod.length; at += 5) {
      const changed = Buffer.from(pod);
      changed[at] = (changed[at] ?? 0) ^ 0xa5;
      expect((await send(server.address, "POST", `${pods}?dryRun=All`, changed)).status).toBeLessThan(500);
    }
    const trials = "/apis/kubeflow.org/v1beta1/namespaces/default/trials";
    expect((await send(server.address, "POST", trials, map)).status).toBe(415);
    expect(await send(server.address, "POST", pods, job)).toMatchObject({
      status: 400,
      body: { reason: "BadRequest" },
    });
    expect(await send(server.address, "POST", pods, envelope("v1", "Nonsense", Buffer.alloc(0)))).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('kind "Nonsense" of "v1" has no protobuf form') },
    });
    expect((await send(server.address, "POST", pods, Buffer.from("nonsense"))).status).toBe(400);
    expect((await send(server.address, "POST", pods, Buffer.alloc(4 << 20))).status).toBe(413);
    expect(errors).toEqual([]);
  });

  it("keeps a map's key whatever it is called", () => {
    const entry = Buffer.concat([field(1, Buffer.from("__proto__")), field(2, Buffer.from("x"))]);
    const { data } = decodeObject(envelope("v1", "ConfigMap", field(2, entry)));
    expect(Object.entries(data as object)).toEqual([["__proto__", "x"]]);
  });

  it("of events keeps microseconds", () => {
    expect(decodeObject(event)).toMatchObject({ eventTime: "2026-01-02T03:04:05.000678Z" });
  });
});

/** Names in JSON of a message's fields, with those of messages that stand for the outer one. */
function namesOf(message: string): string[] {
  return [...(messageFields(message)?.values() ?? [])].flatMap(({ name, type }) => name ?? namesOf(type));
}

/** Without nulls and empty objects. */
function withoutNothing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNothing);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, withoutNothing(member)] as const)
      .filter(([, member]) => member !== null && !(typeof member === "object" && Object.keys(member).length === 0)),
  );
}
