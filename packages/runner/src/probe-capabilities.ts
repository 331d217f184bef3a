import { existsSync } from "node:fs";
import { type MemoryLimitSupport, memoryLimitSupport } from "./container/memory-group.ts";
import { type Capacity, machineCapacity } from "./resources/machine-capacity.ts";

/** What running trials as processes can and cannot do on this machine: for `qalam doctor`. */
export interface RunnerCapabilities {
  readonly capacity: Capacity;
  readonly memoryLimit: MemoryLimitSupport;
  /** Whether processes that leave their session are found and ended, and crashes of a trial's supervisor noticed after a restart of the server. */
  readonly processTree: { readonly isComplete: boolean; readonly reason: string };
}

/** Asks the system, without changing anything. */
export function probeCapabilities(): RunnerCapabilities {
  const isComplete = existsSync("/proc/self/environ");
  return {
    capacity: machineCapacity(),
    memoryLimit: memoryLimitSupport(),
    processTree: {
      isComplete,
      reason: isComplete
        ? "processes that left their session are found by their environment in /proc"
        : "this system has no /proc: only processes that stay in their process group are ended with their trial",
    },
  };
}
