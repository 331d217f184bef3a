import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import { TRIAL } from "@qalam/api";
import { newCertificate } from "@qalam/testing";
import { afterAll, describe, expect, it } from "vitest";
import { startServer, TOKEN } from "./start-server.ts";

const folder = mkdtempSync(join(tmpdir(), "qalam-tls-"));
afterAll(() => rmSync(folder, { recursive: true }));
const tls = newCertificate(folder, "server", { hosts: "DNS:*.qalam.test,DNS:localhost,IP:127.0.0.1,IP:192.0.2.7" });
const path = "/apis/kubeflow.org/v1beta1/experiments";
const report = "/apis/kubeflow.org/v1beta1/namespaces/default/trials/a/observations";

async function answerOf(send: typeof httpRequest, url: string, options: RequestOptions, body?: string) {
  const message = await new Promise<IncomingMessage>((resolve, reject) =>
    send(url, options, resolve).once("error", reject).end(body),
  );
  return { status: message.statusCode, body: JSON.parse(await text(message)) };
}

const trial = (name: string) => ({
  apiVersion: "kubeflow.org/v1beta1",
  kind: "Trial",
  metadata: { name, namespace: "default" },
  spec: {},
});

async function startTlsServer() {
  const { server, store } = await startServer({ tls });
  const secure = (headers: Record<string, string>, at = path) =>
    answerOf(httpsRequest as typeof httpRequest, `${server.address}${at}`, {
      headers,
      ca: tls.cert,
      servername: "localhost",
    } as RequestOptions);
  const plain = (method: string, at: string, body?: string) =>
    answerOf(
      httpRequest,
      `${server.address.replace("https", "http")}${at}`,
      { method, headers: { "content-type": "application/json" } },
      body,
    );
  return { server, store, secure, plain };
}

describe("a server with a certificate", () => {
  it("speaks HTTPS, and wants the token as every server", async () => {
    const { server, secure } = await startTlsServer();
    expect(server.address).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect((await secure({ authorization: `Bearer ${TOKEN}` })).body.kind).toBe("ExperimentList");
    expect(await secure({})).toMatchObject({ status: 401, body: { reason: "Unauthorized" } });
    expect((await secure({ authorization: "Bearer another" })).status).toBe(401);
  });

  it("is known by the names of its certificate and by no others", async () => {
    const { secure } = await startTlsServer();
    const asked = async (host: string) => (await secure({ host, authorization: `Bearer ${TOKEN}` })).status;
    for (const host of ["localhost", "127.0.0.1:1", "lab.qalam.test", "LAB.qalam.test:443", "192.0.2.7"])
      expect([host, await asked(host)]).toEqual([host, 200]);
    for (const host of ["qalam.test", "a.b.qalam.test", "192.0.2.8", "evil.example", "*.qalam.test.evil"])
      expect([host, await asked(host)]).toEqual([host, 403]);
  });

  it("is not trusted by who trusts another certificate", async () => {
    const { server } = await startTlsServer();
    const ca = newCertificate(folder, "another").cert;
    const asked = answerOf(httpsRequest as typeof httpRequest, server.address, { ca } as RequestOptions);
    await expect(asked).rejects.toThrow(/self-signed|certificate/);
  });

  it("answers plain HTTP with where to ask, whatever is asked and with whatever token", async () => {
    const { plain } = await startTlsServer();
    for (const [method, at] of [
      ["GET", path],
      ["GET", `/t/${TOKEN}${path}`],
      ["POST", `/t/${TOKEN}${path}`],
      ["GET", `/t/${TOKEN}${report}`],
      ["GET", "/healthz"],
      ["POST", `/t/${TOKEN}/apis/kubeflow.org/v1beta1/namespaces/default/trials/../observations`],
      ["DELETE", `/t/${TOKEN}${report}`],
    ] as const)
      expect([at, await plain(method, at, method === "POST" ? "{}" : undefined)]).toMatchObject([
        at,
        {
          status: 400,
          body: { kind: "Status", message: expect.stringContaining("asked in plain HTTP: ask for https://") },
        },
      ]);
  });

  it("takes the metrics of a training in plain HTTP, with the token only", async () => {
    const { plain, store } = await startTlsServer();
    await store.create(TRIAL, trial("a"));
    const metrics = JSON.stringify({ metrics: { loss: 1 } });
    expect((await plain("POST", report, metrics)).status).toBe(401);
    expect(await plain("POST", `/t/${TOKEN}${report}`, metrics)).toMatchObject({ status: 201, body: { added: 1 } });
  });

  it("outlives what is neither, and ends though connections say nothing", async () => {
    const { server, secure } = await startTlsServer();
    const { port } = new URL(server.address);
    const ended = (bytes: Uint8Array) =>
      new Promise<void>((resolve) => {
        const socket = connect(Number(port), "127.0.0.1", () => socket.write(bytes));
        socket
          .on("error", () => {})
          .once("close", () => resolve())
          .resume();
      });
    await ended(Buffer.from([0x16, 3, 1, 0xff, 0xff, ...new Array(300).fill(7)])); // begins like a handshake
    await ended(Buffer.from([0, 255, 254, 10, 10]));
    const gone = connect(Number(port), "127.0.0.1", () => gone.destroy());
    await new Promise((resolve) => gone.once("close", resolve));
    expect((await secure({ authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    const silent = connect(Number(port), "127.0.0.1");
    const shaken = connectTls({ port: Number(port), host: "127.0.0.1", ca: tls.cert });
    await Promise.all(
      [silent, shaken].map(
        (socket, i) => new Promise((resolve) => socket.once(i === 0 ? "connect" : "secureConnect", resolve)),
      ),
    );
    const ends = [silent, shaken].map(
      (socket) => new Promise((resolve) => socket.on("error", () => {}).once("close", resolve)),
    );
    await server.close();
    await Promise.all(ends);
  });

  it("speaks no TLS older than 1.2", async () => {
    const { server } = await startTlsServer();
    const socket = connectTls({
      port: Number(new URL(server.address).port),
      host: "127.0.0.1",
      ca: tls.cert,
      maxVersion: "TLSv1.1",
      minVersion: "TLSv1",
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    const error = await new Promise<Error>((resolve) => socket.once("error", resolve));
    expect(error.message).toMatch(/version|protocol/i);
  });
});
