import { create } from "@bufbuild/protobuf";
import { type ServerWritableStream, type sendUnaryData, status } from "@grpc/grpc-js";
import {
  Health,
  type HealthCheckRequest,
  type HealthCheckResponse,
  HealthCheckResponse_ServingStatus,
  HealthCheckResponseSchema,
} from "../generated/health_pb.ts";
import type { Service } from "./service.ts";

const { SERVING, SERVICE_UNKNOWN } = HealthCheckResponse_ServingStatus;

/** The health of a server that serves all it has from its first moment to its last. @param check throws when it cannot work */
export function healthService(services: readonly Service[], check: () => Promise<void>): Service {
  const known = new Set(["", Health.typeName, ...services.map(({ description }) => description.typeName)]);
  return {
    description: Health,
    implementation: () => ({
      check(call: { request: HealthCheckRequest }, callback: sendUnaryData<HealthCheckResponse>) {
        const { service } = call.request;
        if (!known.has(service))
          return callback({ code: status.NOT_FOUND, details: `there is no service "${service}" here` });
        check().then(
          () => callback(null, response(SERVING)),
          () => callback(null, response(HealthCheckResponse_ServingStatus.NOT_SERVING)),
        );
      },
      watch(call: ServerWritableStream<HealthCheckRequest, HealthCheckResponse>) {
        call.write(response(known.has(call.request.service) ? SERVING : SERVICE_UNKNOWN));
      },
    }),
  };
}

function response(serving: HealthCheckResponse_ServingStatus): HealthCheckResponse {
  return create(HealthCheckResponseSchema, { status: serving });
}
