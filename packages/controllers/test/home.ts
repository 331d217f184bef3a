import {
  EXPERIMENT,
  type Experiment,
  JOB,
  type KubeObject,
  keyOf,
  type ObjectKey,
  type ResourceKind,
  type StoredJob,
  SUGGESTION,
  type Suggestion,
  TRIAL,
  type Trial,
} from "@qalam/api";
import type { ObservationStore, ResourceStore } from "@qalam/store";
import { MemoryObservationStore, MemoryStore } from "@qalam/store/memory";
import { type Controllers, type ControllersOptions, LocalSamplerHost, startControllers } from "../src/index.ts";
import { argumentsOf, Kubelet, type Training } from "./kubelet.ts";

/** (x − 0.3)²: what trainings report unless a test says otherwise. */
export function parabola(job: StoredJob): Training {
  return { reports: [{ metric: "loss", value: String((Number(argumentsOf(job).x) - 0.3) ** 2) }] };
}

export interface HomeOptions extends Partial<Omit<ControllersOptions, "store" | "observations">> {
  readonly store?: ResourceStore;
  readonly observations?: ObservationStore;
  readonly train?: (job: StoredJob) => Training;
}

/** Controllers over a store with a kubelet. Errors of passes are collected, and fail a test that does not expect them. */
export class Home {
  readonly store: ResourceStore;
  readonly observations: ObservationStore;
  readonly kubelet: Kubelet;
  readonly errors: string[] = [];
  readonly #options: HomeOptions;
  #controllers: Controllers | undefined;

  constructor(options: HomeOptions = {}) {
    this.#options = options;
    this.store = options.store ?? new MemoryStore();
    this.observations = options.observations ?? new MemoryObservationStore();
    this.kubelet = new Kubelet(this.store, this.observations, options.train ?? parabola).start();
  }

  static async start(options: HomeOptions = {}): Promise<Home> {
    const home = new Home(options);
    await home.startControllers();
    return home;
  }

  async startControllers(): Promise<void> {
    this.#controllers = await startControllers({
      samplers: new LocalSamplerHost(),
      onError: (where, error) => this.errors.push(`${where}: ${error.message}`),
      ...this.#options,
      store: this.store,
      observations: this.observations,
    });
  }

  async stopControllers(): Promise<void> {
    await this.#controllers?.close();
    this.#controllers = undefined;
  }

  /** Nothing is left to do until time passes or somebody else writes. */
  async idle(): Promise<void> {
    await this.#controllers?.idle();
  }

  async close(): Promise<void> {
    await this.stopControllers();
    await this.kubelet.close();
    await this.observations.close();
    await this.store.close();
  }

  create(object: Experiment): Promise<Experiment> {
    return this.store.create(EXPERIMENT, object);
  }

  /** Waits until an object is as wanted. */
  async until<T extends KubeObject>(
    kind: ResourceKind<T>,
    key: ObjectKey,
    isWanted: (object: T) => boolean,
  ): Promise<T> {
    const watch = this.store.watch(kind, { namespace: key.namespace, fieldSelector: `metadata.name=${key.name}` });
    for await (const event of watch)
      if (event.type !== "BOOKMARK" && event.type !== "DELETED" && isWanted(event.object)) return event.object;
    throw new Error("the store closed");
  }

  async untilGone(kind: ResourceKind, key: ObjectKey): Promise<void> {
    const watch = this.store.watch(kind, { namespace: key.namespace, fieldSelector: `metadata.name=${key.name}` });
    if ((await this.store.get(kind, key)) === undefined) return;
    for await (const event of watch) if (event.type === "DELETED") return;
  }

  /** The experiment once it has a condition. */
  untilExperiment(name: string, condition: string, namespace = "default"): Promise<Experiment> {
    return this.until(EXPERIMENT, { namespace, name }, (object) => has(object, condition));
  }

  async experiment(name: string, namespace = "default"): Promise<Experiment> {
    return (await this.store.get(EXPERIMENT, { namespace, name })) as Experiment;
  }

  async suggestion(name: string, namespace = "default"): Promise<Suggestion> {
    return (await this.store.get(SUGGESTION, { namespace, name })) as Suggestion;
  }

  async trials(namespace = "default"): Promise<Trial[]> {
    return (await this.store.list(TRIAL, { namespace })).items;
  }

  async jobs(namespace = "default"): Promise<StoredJob[]> {
    return (await this.store.list(JOB, { namespace })).items;
  }

  async annotate(object: Experiment, annotations: Record<string, string | null>): Promise<void> {
    await this.store.patch(EXPERIMENT, keyOf(object), { metadata: { annotations } });
  }
}

export function has({ status }: Pick<Experiment | Trial, "status">, type: string, value = "True"): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === value) === true;
}

export function condition({ status }: Pick<Experiment | Trial | Suggestion, "status">, type: string) {
  return status?.conditions?.find((one) => one.type === type);
}
