import { type DescMessage, type DescService, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";

/** A generated service as grpc-js wants it: paths and codecs by method. @param typeName another name to serve it under */
export function serviceDefinition(service: DescService, typeName = service.typeName): ServiceDefinition {
  return Object.fromEntries(
    service.methods.map(({ localName, name, methodKind, input, output }) => [
      localName,
      {
        path: `/${typeName}/${name}`,
        originalName: localName,
        requestStream: methodKind === "client_streaming" || methodKind === "bidi_streaming",
        responseStream: methodKind === "server_streaming" || methodKind === "bidi_streaming",
        ...codec("request", input),
        ...codec("response", output),
      } as MethodDefinition<Message, Message>,
    ]),
  );
}

function codec(side: "request" | "response", message: DescMessage) {
  return {
    [`${side}Serialize`]: (value: Message) => Buffer.from(toBinary(message, value)),
    [`${side}Deserialize`]: (bytes: Uint8Array) => fromBinary(message, bytes),
  };
}
