import { execFileSync } from "node:child_process";
import { availableParallelism, totalmem } from "node:os";

/** What this machine has to give to trials. */
export interface Capacity {
  /** Cores that may be requested. More than there are: see `machineCapacity`. */
  readonly cpu: number;
  /** Bytes. Never more than there is. */
  readonly memory: number;
  readonly gpus: readonly string[];
}

/**
 * The capacity of this machine. CPU is given out twice, and at least four cores of it: trainings wait for data and share cores well, and an experiment of
 * four one-core trials should run four at a time on a laptop with two cores.
 */
export function machineCapacity(): Capacity {
  return { cpu: Math.max(4, 2 * availableParallelism()), memory: totalmem(), gpus: findGpus() };
}

/** Numbers of NVIDIA GPUs; CUDA_VISIBLE_DEVICES of this process narrows them. */
function findGpus(): string[] {
  const visible = process.env.CUDA_VISIBLE_DEVICES;
  if (visible !== undefined)
    return visible
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && name !== "-1");
  try {
    return execFileSync("nvidia-smi", ["--query-gpu=index", "--format=csv,noheader"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 5000,
    })
      .trim()
      .split("\n")
      .filter((line) => line !== "");
  } catch {
    return []; // no driver, no GPUs
  }
}
