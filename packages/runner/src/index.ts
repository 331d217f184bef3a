/** @packageDocumentation The laptop's Job controller and kubelet: Jobs and Pods as processes. */
export { memoryLimitSupport } from "./container/memory-cgroup.ts";
export { FileLogs } from "./logs/file-logs.ts";
export { type Capacity, machineCapacity } from "./resources/machine-capacity.ts";
export * from "./start-runner.ts";
