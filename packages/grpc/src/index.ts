/** @packageDocumentation Katib's gRPC services, with health checks and reflection. */
export { type DbManagerOptions, dbManagerService } from "./db-manager.ts";
export { earlyStoppingService } from "./early-stopping/early-stopping-service.ts";
export { type GrpcServices, serveConnections, startGrpcServer } from "./server/grpc-server.ts";
export { ExternalSamplerHost } from "./suggestion/external-sampler-host.ts";
export { suggestionService } from "./suggestion/suggestion-service.ts";
