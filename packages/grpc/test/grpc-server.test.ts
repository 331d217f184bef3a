import { connect } from "node:net";
import { create, type DescMessage, fromBinary, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Client, credentials, Metadata, status } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { Health, type HealthCheckResponse, HealthCheckResponse_ServingStatus } from "../src/generated/health_pb.ts";
import { DBManager } from "../src/generated/katib_pb.ts";
import {
  ServerReflection,
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
} from "../src/generated/reflection_pb.ts";
import { startGrpcServer } from "../src/server/grpc-server.ts";
import { unaryService } from "../src/server/service.ts";
import { serviceDefinition } from "../src/server/service-definition.ts";
import { clientOf, PATIENTLY, serve } from "./served.ts";

const echo = unaryService(DBManager, {
  reportObservationLog: async () => ({}),
  getObservationLog: async ({ trialName }) => ({ observationLog: { metricLogs: [{ timeStamp: trialName }] } }),
  deleteObservationLog: async () => {
    throw new Error("secret");
  },
});

function rawClient(address: string): Client {
  const client = new Client(address, credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}

describe("a gRPC server", () => {
  it("answers, and tells nothing of its own faults but that there was one", async () => {
    const { address, faults } = await serve([echo]);
    const client = clientOf(DBManager, address);
    expect(
      (await client.getObservationLog({ trialName: "ünï" }, PATIENTLY)).observationLog?.metricLogs[0]?.timeStamp,
    ).toBe("ünï");
    await expect(client.deleteObservationLog({ trialName: "a" }, PATIENTLY)).rejects.toMatchObject({
      code: status.INTERNAL,
      details: "the server has a fault; its log says which",
    });
    expect(faults.map(({ message }) => message)).toEqual(["secret"]);
  });

  it("refuses bytes that are no message, unknown methods and messages that are too large, and goes on", async () => {
    const { address } = await serve([echo]);
    const client = rawClient(address);
    const call = (path: string, bytes: Buffer) =>
      new Promise((resolve, reject) =>
        client.makeUnaryRequest(
          path,
          (one: Buffer) => one,
          (one: Buffer) => one,
          bytes,
          new Metadata(),
          (error, reply) => (error === null ? resolve(reply) : reject(error)),
        ),
      );
    await expect(
      call("/api.v1.beta1.DBManager/GetObservationLog", Buffer.from([0x0a, 0xff, 0xff])),
    ).rejects.toMatchObject({
      code: status.INTERNAL,
      details: expect.stringMatching(/deserializ/i),
    });
    await expect(call("/api.v1.beta1.DBManager/Nothing", Buffer.alloc(0))).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
    });
    await expect(
      call("/api.v1.beta1.DBManager/ReportObservationLog", Buffer.alloc(257 * 1024 * 1024)),
    ).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
    const known = clientOf(DBManager, address);
    await known.reportObservationLog({}, PATIENTLY);
  });

  it("takes any metadata and goes on after a connection of another protocol", async () => {
    const { address } = await serve([echo]);
    const [host = "", port = ""] = address.split(":");
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), host, () => socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
      socket
        .on("close", () => resolve())
        .on("error", () => {})
        .on("data", () => socket.end());
    });
    const metadata = new Metadata();
    metadata.set("authorization", "Bearer nonsense");
    metadata.set("binary-bin", Buffer.from([0, 255, 10]));
    const client = rawClient(address);
    const { reportObservationLog } = serviceDefinition(DBManager);
    await new Promise((resolve, reject) =>
      client.makeUnaryRequest(
        reportObservationLog!.path,
        () => Buffer.alloc(0),
        (one: Buffer) => one,
        {},
        metadata,
        (error, reply) => (error === null ? resolve(reply) : reject(error)),
      ),
    );
  });

  it("names the port that it cannot have", async () => {
    const { address } = await serve([echo]);
    const port = Number(address.split(":")[1]);
    await expect(startGrpcServer({ services: [echo], port, onError: () => {} })).rejects.toThrow(
      `cannot listen on port ${port} of 127.0.0.1`,
    );
  });

  it("lets a call end that is under way when it closes", async () => {
    let arrived = () => {};
    let release = () => {};
    const waiting = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = unaryService(DBManager, {
      ...{ getObservationLog: async () => ({}), deleteObservationLog: async () => ({}) },
      reportObservationLog: async () => {
        arrived();
        await released;
        return {};
      },
    });
    const server = await serve([slow]);
    const answer = clientOf(DBManager, server.address).reportObservationLog({}, PATIENTLY);
    await waiting;
    const closed = server.close();
    release();
    await answer;
    await closed;
  });
});

describe("health", () => {
  it("tells of the server, of each service and of none it has not", async () => {
    let isWell = true;
    const { address } = await serve([echo], async () => {
      if (!isWell) throw new Error("disk full");
    });
    const client = clientOf(Health, address) as unknown as {
      check(request: { service: string }, options: typeof PATIENTLY): Promise<HealthCheckResponse>;
    };
    for (const service of ["", "api.v1.beta1.DBManager", "grpc.health.v1.Health"])
      expect((await client.check({ service }, PATIENTLY)).status).toBe(HealthCheckResponse_ServingStatus.SERVING);
    await expect(client.check({ service: "other" }, PATIENTLY)).rejects.toMatchObject({ code: status.NOT_FOUND });
    isWell = false;
    expect((await client.check({ service: "" }, PATIENTLY)).status).toBe(HealthCheckResponse_ServingStatus.NOT_SERVING);
  });
});

describe("reflection", () => {
  it.each(["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"])(
    "lists services and gives their files (%s)",
    async (name) => {
      const { address } = await serve([echo]);
      const { path, requestSerialize, responseDeserialize } = serviceDefinition(ServerReflection, name)
        .serverReflectionInfo!;
      const call = rawClient(address).makeBidiStreamRequest<ServerReflectionRequest, ServerReflectionResponse>(
        path,
        requestSerialize,
        responseDeserialize,
      );
      const ask = (messageRequest: MessageInitShape<typeof ServerReflectionRequestSchema>["messageRequest"]) =>
        new Promise<ServerReflectionResponse["messageResponse"]>((resolve, reject) => {
          call.once("data", ({ messageResponse }: ServerReflectionResponse) => resolve(messageResponse));
          call.once("error", reject);
          call.write(create(ServerReflectionRequestSchema, { messageRequest: messageRequest! }));
        });
      expect(await ask({ case: "listServices", value: "" })).toMatchObject({
        case: "listServicesResponse",
        value: {
          service: ["api.v1.beta1.DBManager", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"].map(
            (one) => ({ name: one }),
          ),
        },
      });
      for (const symbol of [
        "api.v1.beta1.DBManager",
        "api.v1.beta1.DBManager.GetObservationLog",
        "api.v1.beta1.TrialStatus.TrialConditionType",
      ]) {
        const { value } = (await ask({ case: "fileContainingSymbol", value: symbol })) as {
          value: { fileDescriptorProto: Uint8Array[] };
        };
        expect(parse(FileDescriptorProtoSchema, value.fileDescriptorProto[0]!).package).toBe("api.v1.beta1");
      }
      expect(await ask({ case: "fileContainingSymbol", value: "nothing.at.All" })).toMatchObject({
        case: "errorResponse",
        value: { errorCode: status.NOT_FOUND },
      });
      call.end();
      await new Promise((resolve) => call.on("status", resolve).resume());
    },
  );
});

function parse<T extends DescMessage>(schema: T, bytes: Uint8Array): MessageShape<T> {
  return fromBinary(schema, bytes);
}
