import { parseQuantity, type StoredPod } from "@qalam/api";
import type { Container } from "kubernetes-types/core/v1.js";
import type { Capacity } from "./machine-capacity.ts";

/** Name of the resource. */
export const GPU = "nvidia.com/gpu";

/** What a pod asks for: requests, or limits where it has no requests. */
export interface ResourceRequest {
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number;
  /** Devices of other kinds, by name: this machine has none that could be given out. */
  readonly devices: ReadonlyMap<string, number>;
}

/** What a pod was given. */
export interface Grant {
  readonly gpus: readonly string[];
  release(): void;
}

/** What a container asks for of a resource: its request, else its limit. */
export function amountOf({ resources }: Pick<Container, "resources">, name: string): number {
  return parseQuantity(resources?.requests?.[name] ?? resources?.limits?.[name] ?? "0") ?? 0;
}

/** Sums over the containers; an init container counts where it asks for more than all of them together. */
export function resourceRequest({ spec }: Pick<StoredPod, "spec">): ResourceRequest {
  const amount = (name: string) => {
    const total = (spec?.containers ?? []).reduce((sum, container) => sum + amountOf(container, name), 0);
    return Math.max(total, ...(spec?.initContainers ?? []).map((container) => amountOf(container, name)));
  };
  const devices = new Map(deviceNames(spec).map((name) => [name, amount(name)]));
  return { cpu: amount("cpu"), memory: amount("memory"), gpu: amount(GPU), devices };
}

/** Kubernetes calls resources with the domain of a vendor extended: they come in whole devices. */
function deviceNames(spec: StoredPod["spec"]): string[] {
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const names = all.flatMap(({ resources }) => Object.keys({ ...resources?.requests, ...resources?.limits }));
  return names.filter((name) => name.includes("/") && name !== GPU);
}

/** Why a request can never be met on this machine; undefined when it can. */
export function impossibleReason(request: ResourceRequest, capacity: Capacity): string | undefined {
  const short: string[] = [];
  if (request.cpu > capacity.cpu) short.push(`cpu ${request.cpu} requested, at most ${capacity.cpu} here`);
  if (request.memory > capacity.memory)
    short.push(`memory ${gibibytes(request.memory)} requested, at most ${gibibytes(capacity.memory)} here`);
  if (request.gpu > capacity.gpus.length) short.push(`${GPU} ${request.gpu} requested, ${capacity.gpus.length} here`);
  for (const [name, amount] of request.devices) if (amount > 0) short.push(`${name} ${amount} requested, 0 here`);
  return short.length === 0 ? undefined : `this machine can never run it: ${short.join("; ")}`;
}

/** Says what a pod waits for. */
export function waitingReason(request: ResourceRequest, { cpu, memory, gpus }: Capacity): string {
  const parts = [
    request.cpu > 0 ? `cpu ${request.cpu} of ${cpu}` : "",
    request.memory > 0 ? `memory ${gibibytes(request.memory)} of ${gibibytes(memory)}` : "",
    request.gpu > 0 ? `${GPU} ${request.gpu} of ${gpus.length}` : "",
  ];
  return `waits for ${parts.filter((part) => part !== "").join(", ")}: in use by other pods of this machine`;
}

interface Waiting {
  readonly request: ResourceRequest;
  /** Place in the line. */
  readonly since: string;
  readonly start: (grant: Grant) => void;
}

/**
 * Gives out the machine's resources in order of arrival. What an earlier request still waits for is kept free for it, so a large one does not starve; a later
 * one overtakes only with what nobody before it waits for.
 */
export class ResourceScheduler {
  readonly capacity: Capacity;
  readonly #queue: Waiting[] = [];
  #freeGpus: readonly string[];
  #cpu: number;
  #memory: number;

  constructor(capacity: Capacity) {
    this.capacity = capacity;
    this.#cpu = capacity.cpu;
    this.#memory = capacity.memory;
    this.#freeGpus = [...capacity.gpus];
  }

  /** Waits in line; `start` is called at once when there is room. @param since sorts the line @returns a function that leaves the line */
  enqueue(request: ResourceRequest, since: string, start: (grant: Grant) => void): () => void {
    const waiting: Waiting = { request, since, start };
    const before = this.#queue.findLastIndex((one) => one.since <= since);
    this.#queue.splice(before + 1, 0, waiting);
    this.#serve();
    return () => {
      const index = this.#queue.indexOf(waiting);
      if (index === -1) return;
      this.#queue.splice(index, 1);
      this.#serve();
    };
  }

  /** Takes resources without asking: for what runs already. @param gpus that it has */
  force(request: ResourceRequest, gpus: readonly string[]): Grant {
    return this.#grant(request, gpus);
  }

  #serve(): void {
    let { cpu, memory, gpu } = { cpu: this.#cpu, memory: this.#memory, gpu: this.#freeGpus.length };
    for (const waiting of [...this.#queue]) {
      const { request, start } = waiting;
      const fits = fitsIn(request.cpu, cpu) && fitsIn(request.memory, memory) && fitsIn(request.gpu, gpu);
      cpu -= request.cpu; // given now, or kept for it
      memory -= request.memory;
      gpu -= request.gpu;
      if (!fits) continue;
      this.#queue.splice(this.#queue.indexOf(waiting), 1);
      start(this.#grant(request, this.#freeGpus.slice(0, request.gpu)));
    }
  }

  #grant({ cpu, memory }: ResourceRequest, gpus: readonly string[]): Grant {
    this.#cpu -= cpu;
    this.#memory -= memory;
    this.#freeGpus = this.#freeGpus.filter((one) => !gpus.includes(one));
    let isHeld = true;
    return {
      gpus,
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#cpu += cpu;
        this.#memory += memory;
        this.#freeGpus = this.capacity.gpus.filter((one) => gpus.includes(one) || this.#freeGpus.includes(one));
        this.#serve();
      },
    };
  }
}

/** What asks for nothing fits everywhere. Sums of fractions are not exact. */
function fitsIn(wanted: number, free: number): boolean {
  return wanted === 0 || wanted <= free + 1e-9;
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)}Gi`;
}
