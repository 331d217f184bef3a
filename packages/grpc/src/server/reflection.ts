import { create, type DescFile, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { type ServerDuplexStream, status } from "@grpc/grpc-js";
import {
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "../generated/reflection_pb.ts";
import type { Service } from "./service.ts";

type Reply = NonNullable<MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]>;

/** Tells grpcurl and its like what a server can do, in both versions of the protocol, which differ in their name only. */
export function reflectionService(services: readonly Service[]): Service {
  const files = services.map(({ description }) => description.file);
  const names = [...services.map(({ description }) => description.typeName), ServerReflection.typeName];
  return {
    description: ServerReflection,
    aliases: ["grpc.reflection.v1alpha.ServerReflection"],
    implementation: () => ({
      serverReflectionInfo(call: ServerDuplexStream<ServerReflectionRequest, ServerReflectionResponse>) {
        call.on("data", (request: ServerReflectionRequest) => {
          const messageResponse = reply(request, [...files, ServerReflection.file], names);
          call.write(
            create(ServerReflectionResponseSchema, {
              validHost: request.host,
              originalRequest: request,
              messageResponse,
            }),
          );
        });
        call.on("end", () => call.end());
        call.on("error", () => call.end());
      },
    }),
  };
}

function reply(
  { messageRequest }: ServerReflectionRequest,
  files: readonly DescFile[],
  services: readonly string[],
): Reply {
  if (messageRequest.case === "listServices")
    return { case: "listServicesResponse", value: { service: services.map((name) => ({ name })) } };
  if (messageRequest.case === "fileByFilename" || messageRequest.case === "fileContainingSymbol") {
    const wanted = messageRequest.value;
    const found = files.find(({ proto }) => proto.name === wanted) ?? files.find((file) => hasSymbol(file, wanted));
    if (found !== undefined)
      return {
        case: "fileDescriptorResponse",
        value: { fileDescriptorProto: [toBinary(FileDescriptorProtoSchema, found.proto)] },
      };
    return notFound(`there is no ${wanted} here`);
  }
  return notFound("there are no extensions here");
}

function notFound(errorMessage: string): Reply {
  return { case: "errorResponse", value: { errorCode: status.NOT_FOUND, errorMessage } };
}

/** A service, a method, a message or an enumeration, with or without what is inside it. */
function hasSymbol({ services, messages, enums }: DescFile, symbol: string): boolean {
  return [...services, ...messages, ...enums].some(
    ({ typeName }) => symbol === typeName || symbol.startsWith(`${typeName}.`),
  );
}
