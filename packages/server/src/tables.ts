import {
  type Experiment,
  type KubeObject,
  latestCondition,
  objectiveValue,
  type ResourceKind,
  type StoredEvent,
  type StoredJob,
  type StoredPod,
  type Suggestion,
  type Trial,
} from "@qalam/api";

/** A column as `kubectl get` shows it; priority 1 only with `-o wide`. */
export interface Column<T = KubeObject> {
  readonly name: string;
  readonly type: "string" | "integer" | "date";
  readonly priority: 0 | 1;
  readonly description: string;
  readonly value: (object: T, now: number) => string | number;
}

function column<T>(
  name: string,
  value: (object: T, now: number) => string | number,
  options: { wide?: boolean; type?: Column["type"]; description?: string } = {},
): Column<T> {
  return {
    name,
    value,
    type: options.type ?? "string",
    priority: options.wide === true ? 1 : 0,
    description: options.description ?? name,
  };
}

const name = column<KubeObject>("Name", ({ metadata }) => metadata.name);
const age = column<KubeObject>("Age", ({ metadata }, now) => ageText(metadata.creationTimestamp, now), {
  description: "Time since creation",
});
const conditionType = column<Experiment | Trial | Suggestion>(
  "Type",
  ({ status }) => latestCondition(status?.conditions)?.type ?? "",
);
const conditionStatus = column<Experiment | Trial | Suggestion>(
  "Status",
  ({ status }) => latestCondition(status?.conditions)?.status ?? "",
);

/** An Event under the names of events.k8s.io. */
interface EventView extends KubeObject {
  readonly deprecatedLastTimestamp?: string;
  readonly type?: string;
  readonly reason?: string;
  readonly regarding?: { readonly kind?: string; readonly name?: string };
  readonly note?: string;
}

/** Katib's printer columns first (Katib behaviour 1.1), then what helps with `-o wide`. */
const columns: Readonly<Record<string, readonly Column<never>[]>> = {
  Experiment: [
    name,
    conditionType,
    conditionStatus,
    age,
    column<Experiment>(
      "Objective",
      ({ spec }) => `${spec.objective?.type ?? ""} ${spec.objective?.objectiveMetricName ?? ""}`.trim(),
      { wide: true },
    ),
    column<Experiment>(
      "Best",
      ({ spec, status }) =>
        spec.objective === undefined || status?.currentOptimalTrial === undefined
          ? ""
          : objectiveValue(status.currentOptimalTrial.observation?.metrics, spec.objective),
      { wide: true },
    ),
    column<Experiment>(
      "Trials",
      ({ spec, status }) => `${status?.trials ?? 0}${spec.maxTrialCount === undefined ? "" : `/${spec.maxTrialCount}`}`,
      { wide: true },
    ),
    column<Experiment>("Algorithm", ({ spec }) => spec.algorithm?.algorithmName ?? "", { wide: true }),
  ],
  Suggestion: [
    name,
    conditionType,
    conditionStatus,
    column<Suggestion>("Requested", ({ spec }) => spec.requests ?? 0, { type: "integer" }),
    column<Suggestion>("Assigned", ({ status }) => status?.suggestionCount ?? 0, { type: "integer" }),
    age,
  ],
  Trial: [
    name,
    conditionType,
    conditionStatus,
    age,
    column<Trial>(
      "Objective",
      ({ spec, status }) =>
        spec.objective === undefined ? "" : objectiveValue(status?.observation?.metrics, spec.objective),
      { wide: true },
    ),
    column<Trial>(
      "Parameters",
      ({ spec }) => (spec.parameterAssignments ?? []).map((one) => `${one.name}=${one.value}`).join(","),
      { wide: true },
    ),
  ],
  Pod: [
    name,
    column<StoredPod>(
      "Ready",
      ({ spec, status }) =>
        `${status?.containerStatuses?.filter(({ ready, state }) => ready && state?.running !== undefined).length ?? 0}/${spec?.containers.length ?? 0}`,
    ),
    column<StoredPod>("Status", podState),
    column<StoredPod>(
      "Restarts",
      ({ status }) => (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
      { type: "integer" },
    ),
    age,
    column<StoredPod>("IP", ({ status }) => status?.podIP ?? "<none>", { wide: true }),
    column<StoredPod>("Node", ({ spec }) => spec?.nodeName ?? "<none>", { wide: true }),
  ],
  Job: [
    name,
    column<StoredJob>(
      "Status",
      ({ status }) => status?.conditions?.findLast(({ status: holds }) => holds === "True")?.type ?? "Running",
    ),
    column<StoredJob>("Completions", ({ spec, status }) => `${status?.succeeded ?? 0}/${spec?.completions ?? 1}`),
    column<StoredJob>("Duration", ({ status }, now) =>
      status?.startTime === undefined
        ? ""
        : durationText(
            (status.completionTime === undefined ? now : Date.parse(status.completionTime)) -
              Date.parse(status.startTime),
          ),
    ),
    age,
  ],
  Event: [
    column<StoredEvent>("Last Seen", ({ lastTimestamp, metadata }, now) =>
      ageText(lastTimestamp ?? metadata.creationTimestamp, now),
    ),
    column<StoredEvent>("Type", ({ type }) => type ?? ""),
    column<StoredEvent>("Reason", ({ reason }) => reason ?? ""),
    column<StoredEvent>(
      "Object",
      ({ involvedObject }) => `${involvedObject.kind?.toLowerCase()}/${involvedObject.name}`,
    ),
    column<StoredEvent>("Message", ({ message }) => message?.split("\n")[0] ?? ""),
  ],
  EventView: [
    column<EventView>("Last Seen", ({ deprecatedLastTimestamp, metadata }, now) =>
      ageText(deprecatedLastTimestamp ?? metadata.creationTimestamp, now),
    ),
    column<EventView>("Type", ({ type }) => type ?? ""),
    column<EventView>("Reason", ({ reason }) => reason ?? ""),
    column<EventView>("Object", ({ regarding }) => `${regarding?.kind?.toLowerCase()}/${regarding?.name}`),
    column<EventView>("Message", ({ note }) => note?.split("\n")[0] ?? ""),
  ],
  ConfigMap: [
    name,
    column<KubeObject & { data?: object }>("Data", ({ data }) => Object.keys(data ?? {}).length, { type: "integer" }),
    age,
  ],
  Secret: [
    name,
    column<KubeObject & { type?: string }>("Type", ({ type }) => type ?? "Opaque"),
    column<KubeObject & { data?: object }>("Data", ({ data }) => Object.keys(data ?? {}).length, { type: "integer" }),
    age,
  ],
  Namespace: [
    name,
    column<KubeObject & { status?: { phase?: string } }>("Status", ({ status }) => status?.phase ?? "Active"),
    age,
  ],
};

/** The columns of a kind. */
export function columnsOf(kind: ResourceKind): readonly Column[] {
  return (columns[kind.group === "events.k8s.io" ? "EventView" : kind.kind] ?? [
    name,
    age,
  ]) as unknown as readonly Column[];
}

/** A list as `meta.k8s.io/v1` Table, which kubectl asks for. @param includeObject how much of each object goes along: kubectl needs the metadata */
export function tableOf(
  kind: ResourceKind,
  objects: readonly KubeObject[],
  listMetadata: object,
  includeObject: "None" | "Metadata" | "Object",
  now: number,
): object {
  const shown = columnsOf(kind);
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: listMetadata,
    columnDefinitions: shown.map((one) => ({
      name: one.name,
      type: one.type,
      format: one.name === "Name" ? "name" : "",
      description: one.description,
      priority: one.priority,
    })),
    rows: objects.map((object) => ({
      cells: shown.map((one) => one.value(object, now)),
      ...(includeObject !== "None" && {
        object: includeObject === "Object" ? object : partialMetadata(object),
      }),
    })),
  };
}

/** The metadata alone, as clients ask for that only count or own objects. */
export function partialMetadata({ metadata }: KubeObject): object {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata };
}

function podState({ status, metadata }: StoredPod): string {
  if (metadata.deletionTimestamp !== undefined) return "Terminating";
  const states = (status?.containerStatuses ?? []).map(({ state }) => state);
  const bad = states.find((state) => state?.terminated !== undefined && state.terminated.exitCode !== 0)?.terminated
    ?.reason;
  if (status?.phase === "Failed") return bad ?? status.reason ?? "Error";
  return status?.phase === "Succeeded" ? "Completed" : (status?.phase ?? "Pending");
}

/** Time since, in kubectl's short form. */
export function ageText(time: string | null | undefined, now: number): string {
  return time ? durationText(now - Date.parse(time)) : "<unknown>";
}

function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  return hours < 192 && hours % 24 !== 0 ? `${Math.floor(hours / 24)}d${hours % 24}h` : `${Math.floor(hours / 24)}d`;
}
