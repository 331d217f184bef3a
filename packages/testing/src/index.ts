export * from "./describe-observation-store.ts";
export * from "./describe-resource-store.ts";
export * from "./describe-sampler.ts";
export * from "./describe-stopping-rule.ts";
export * from "./describe-stream-collector.ts";
export * from "./fake-clock.ts";
export * from "./sampler-run.ts";
export * from "./search-space-zoo.ts";
