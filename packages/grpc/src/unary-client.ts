import {
  create,
  type DescMethodUnary,
  type DescService,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { serviceDefinition } from "./server/service-definition.ts";

const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

export interface CallOptions {
  /** The call fails with DEADLINE_EXCEEDED after this time. */
  readonly timeoutMs: number;
}

/** The unary methods of a service in another process. They throw a ServiceError with the gRPC code. */
export type UnaryClient<S extends DescService> = {
  readonly [K in keyof S["method"]]: S["method"][K] extends DescMethodUnary<infer I, infer O>
    ? (request: MessageInitShape<I>, options: CallOptions) => Promise<MessageShape<O>>
    : never;
} & { close(): void };

/** A client of a service, in plain text. It connects at the first call, and again when the connection was lost. @param address `host:port` */
export function unaryClient<S extends DescService>(description: S, address: string): UnaryClient<S> {
  const client = new Client(address, credentials.createInsecure(), {
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": -1,
  });
  const definition = serviceDefinition(description);
  const methods = description.methods.map(({ localName, input }) => {
    const method = definition[localName]!;
    const call = (request: object, { timeoutMs }: CallOptions): Promise<unknown> =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          create(input, request as Record<string, unknown>),
          { deadline: Date.now() + timeoutMs },
          (error: ServiceError | null, reply?: unknown) => (error === null ? resolve(reply) : reject(error)),
        );
      });
    return [localName, call];
  });
  return { ...Object.fromEntries(methods), close: () => client.close() } as UnaryClient<S>;
}
