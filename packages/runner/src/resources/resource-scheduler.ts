import { parseQuantity, type StoredPod } from "@qalam/api";
import type { Capacity } from "./machine-capacity.ts";

const GPU = "nvidia.com/gpu";

/** What a pod asks for: requests, or limits where it has no requests. */
export interface ResourceRequest {
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number;
}

/** What a pod was given. */
export interface Grant {
  readonly gpus: readonly string[];
  release(): void;
}

/** Sums over the containers; an init container counts where it asks for more than all of them together. */
export function resourceRequest({ spec }: StoredPod): ResourceRequest {
  const amount = (name: string) => {
    const of = (container: { resources?: { requests?: Record<string, string>; limits?: Record<string, string> } }) =>
      parseQuantity(container.resources?.requests?.[name] ?? container.resources?.limits?.[name] ?? "0") ?? 0;
    const total = (spec?.containers ?? []).reduce((sum, container) => sum + of(container), 0);
    return Math.max(total, ...(spec?.initContainers ?? []).map(of));
  };
  return { cpu: amount("cpu"), memory: amount("memory"), gpu: amount(GPU) };
}

/** Why a request can never be met on this machine; undefined when it can. */
export function impossibleReason(request: ResourceRequest, capacity: Capacity): string | undefined {
  const short: string[] = [];
  if (request.cpu > capacity.cpu) short.push(`cpu ${request.cpu} requested, at most ${capacity.cpu} here`);
  if (request.memory > capacity.memory)
    short.push(`memory ${gibibytes(request.memory)} requested, at most ${gibibytes(capacity.memory)} here`);
  if (request.gpu > capacity.gpus.length) short.push(`${GPU} ${request.gpu} requested, ${capacity.gpus.length} here`);
  return short.length === 0 ? undefined : `this machine can never run it: ${short.join("; ")}`;
}

interface Waiting {
  readonly request: ResourceRequest;
  readonly start: (grant: Grant) => void;
}

/** Gives out the machine's resources in order of arrival: nobody overtakes a large request, so none starves. */
export class ResourceScheduler {
  readonly #capacity: Capacity;
  readonly #queue: Waiting[] = [];
  readonly #freeGpus: string[];
  #cpu: number;
  #memory: number;

  constructor(capacity: Capacity) {
    this.#capacity = capacity;
    this.#cpu = capacity.cpu;
    this.#memory = capacity.memory;
    this.#freeGpus = [...capacity.gpus];
  }

  get capacity(): Capacity {
    return this.#capacity;
  }

  /** Resources now, or undefined when others must end first. */
  tryAcquire(request: ResourceRequest): Grant | undefined {
    return this.#queue.length === 0 && this.#fits(request) ? this.#grant(request) : undefined;
  }

  /** Waits in line. @returns a function that leaves the line */
  enqueue(request: ResourceRequest, start: (grant: Grant) => void): () => void {
    const waiting: Waiting = { request, start };
    this.#queue.push(waiting);
    this.#serve();
    return () => {
      const index = this.#queue.indexOf(waiting);
      if (index >= 0) this.#queue.splice(index, 1);
      this.#serve();
    };
  }

  /** Takes resources without asking: for what runs already. */
  force(request: ResourceRequest): Grant {
    return this.#grant(request);
  }

  #serve(): void {
    for (let first = this.#queue[0]; first !== undefined && this.#fits(first.request); first = this.#queue[0]) {
      this.#queue.shift();
      first.start(this.#grant(first.request));
    }
  }

  #fits({ cpu, memory, gpu }: ResourceRequest): boolean {
    return cpu <= this.#cpu + 1e-9 && memory <= this.#memory && gpu <= this.#freeGpus.length;
  }

  #grant({ cpu, memory, gpu }: ResourceRequest): Grant {
    this.#cpu -= cpu;
    this.#memory -= memory;
    const gpus = this.#freeGpus.splice(0, gpu);
    let isHeld = true;
    return {
      gpus,
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#cpu += cpu;
        this.#memory += memory;
        this.#freeGpus.push(...gpus);
        this.#serve();
      },
    };
  }
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)}Gi`;
}
