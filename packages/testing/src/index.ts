export * from "./describe-observation-store.ts";
export * from "./describe-resource-store.ts";
export * from "./fake-clock.ts";
