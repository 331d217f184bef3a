import type { DescMethodUnary, DescService, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { type handleUnaryCall, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { statusCode } from "./grpc-status.ts";

/** One function per method of a service whose calls are all one request and one reply. */
export type UnaryMethods<S extends DescService> = {
  readonly [K in keyof S["method"]]: S["method"][K] extends DescMethodUnary<infer I, infer O>
    ? (request: MessageShape<I>) => Promise<MessageInitShape<O>>
    : never;
};

/** A service with what answers it. */
export interface Service {
  readonly description: DescService;
  /** Other names that the same service is served under. */
  readonly aliases?: readonly string[];
  implementation(onError: (where: string, error: Error) => void): UntypedServiceImplementation;
}

/** A service of unary methods. What they throw becomes the call's status; faults of the server itself are reported and told without detail. */
export function unaryService<S extends DescService>(description: S, methods: UnaryMethods<S>): Service {
  return {
    description,
    implementation: (onError) =>
      Object.fromEntries(
        description.methods.map((method) => {
          const answer = methods[method.localName as keyof S["method"]] as (
            request: unknown,
          ) => Promise<Record<string, unknown>>;
          const handle: handleUnaryCall<unknown, unknown> = (call, callback) => {
            answer(call.request).then(
              (reply) => callback(null, create(method.output, reply)),
              (error: Error) => {
                const code = statusCode(error);
                if (code === status.INTERNAL) onError(`${description.typeName}/${method.name}`, error);
                callback({
                  code,
                  details: code === status.INTERNAL ? "the server has a fault; its log says which" : error.message,
                });
              },
            );
          };
          return [method.localName, handle];
        }),
      ),
  };
}
