/** @packageDocumentation The laptop's Job controller and kubelet: Jobs and Pods as processes. */
export { type MemoryLimitSupport, memoryLimitSupport } from "./container/memory-group.ts";
export { FileLogs, type RunningContainers } from "./logs/file-logs.ts";
export * from "./probe-capabilities.ts";
export { type Capacity, machineCapacity } from "./resources/machine-capacity.ts";
export * from "./start-runner.ts";
