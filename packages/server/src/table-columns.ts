import {
  type Experiment,
  type KubeObject,
  latestCondition,
  objectiveValue,
  type ResourceKind,
  type StoredEvent,
  type StoredJob,
  type StoredPersistentVolumeClaim,
  type StoredPod,
  type StoredService,
  type Suggestion,
  type Trial,
} from "@qalam/api";
import { coreEvent } from "./events-view.ts";
import { EVENTS_VIEW } from "./served-kinds.ts";

type Cell = string | number | null;

/** A column as `kubectl get` shows it; priority 1 only with `-o wide`. */
export interface Column<T = KubeObject> {
  readonly name: string;
  readonly type: "string" | "integer" | "date";
  readonly priority: 0 | 1;
  readonly description: string;
  /** What the cell shows; null where the object says nothing. */
  readonly value: (object: T, now: number) => Cell;
}

function column<T>(
  name: string,
  value: (object: T, now: number) => Cell,
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
/** The same as the CustomResourceDefinitions declare it. */
const declaredAge: Column = { ...age, type: "date" };
const conditionType = column<Experiment | Trial | Suggestion>(
  "Type",
  ({ status }) => latestCondition(status?.conditions)?.type ?? null,
);
const conditionStatus = column<Experiment | Trial | Suggestion>(
  "Status",
  ({ status }) => latestCondition(status?.conditions)?.status ?? null,
);

/** Katib's printer columns first (Katib behaviour 1.1), then what helps with `-o wide`. */
const columns: Readonly<Record<string, readonly Column<never>[]>> = {
  Experiment: [
    name,
    conditionType,
    conditionStatus,
    declaredAge,
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
    column<Suggestion>("Requested", ({ spec }) => text(spec.requests)),
    column<Suggestion>("Assigned", ({ status }) => text(status?.suggestionCount)),
    declaredAge,
  ],
  Trial: [
    name,
    conditionType,
    conditionStatus,
    declaredAge,
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
    column<StoredPod>("Restarts", ({ status }) =>
      String((status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0)),
    ),
    age,
    column<StoredPod>("IP", ({ status }) => status?.podIP ?? "<none>", { wide: true }),
    column<StoredPod>("Node", ({ spec }) => spec?.nodeName ?? "<none>", { wide: true }),
    column<StoredPod>("Nominated Node", ({ status }) => status?.nominatedNodeName ?? "<none>", { wide: true }),
    column<StoredPod>("Readiness Gates", ({ spec }) => text(spec?.readinessGates?.length) ?? "<none>", { wide: true }),
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
    column<StoredJob>("Containers", (job) => containerTexts(job, "name"), { wide: true }),
    column<StoredJob>("Images", (job) => containerTexts(job, "image"), { wide: true }),
    column<StoredJob>("Selector", ({ spec }) => labelsText(spec?.selector?.matchLabels), { wide: true }),
  ],
  Service: [
    name,
    column<StoredService>("Type", ({ spec }) => spec?.type ?? "ClusterIP"),
    column<StoredService>("Cluster-IP", ({ spec }) => spec?.clusterIP ?? "<none>"),
    column<StoredService>("External-IP", ({ spec }) => spec?.externalName ?? spec?.externalIPs?.join(",") ?? "<none>"),
    column<StoredService>(
      "Port(s)",
      ({ spec }) => spec?.ports?.map(({ port, protocol = "TCP" }) => `${port}/${protocol}`).join(",") ?? "<none>",
    ),
    age,
    column<StoredService>("Selector", ({ spec }) => labelsText(spec?.selector), { wide: true }),
  ],
  PersistentVolumeClaim: [
    name,
    column<StoredPersistentVolumeClaim>("Status", ({ status }) => status?.phase ?? "Pending"),
    column<StoredPersistentVolumeClaim>("Volume", ({ spec }) => spec?.volumeName ?? ""),
    column<StoredPersistentVolumeClaim>("Capacity", ({ status }) => text(status?.capacity?.storage) ?? ""),
    column<StoredPersistentVolumeClaim>("Access Modes", ({ status }) => accessModesText(status?.accessModes)),
    column<StoredPersistentVolumeClaim>("StorageClass", ({ spec }) => spec?.storageClassName ?? ""),
    column<StoredPersistentVolumeClaim>(
      "VolumeAttributesClass",
      ({ spec }) => spec?.volumeAttributesClassName ?? "<unset>",
    ),
    age,
    column<StoredPersistentVolumeClaim>("VolumeMode", ({ spec }) => spec?.volumeMode ?? "Filesystem", { wide: true }),
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
    column<StoredEvent>("Subobject", ({ involvedObject }) => involvedObject.fieldPath ?? "", { wide: true }),
    column<StoredEvent>("Source", ({ source, reportingComponent }) => source?.component ?? reportingComponent ?? "", {
      wide: true,
    }),
    column<StoredEvent>("Message", ({ message }) => message?.split("\n")[0] ?? ""),
    column<StoredEvent>(
      "First Seen",
      ({ firstTimestamp, metadata }, now) => ageText(firstTimestamp ?? metadata.creationTimestamp, now),
      { wide: true },
    ),
    column<StoredEvent>("Count", ({ count }) => count ?? 1, { wide: true }),
    { ...name, priority: 1 },
  ],
  ConfigMap: [name, column<KubeObject & { data?: object }>("Data", ({ data }) => Object.keys(data ?? {}).length), age],
  Secret: [
    name,
    column<KubeObject & { type?: string }>("Type", ({ type }) => type ?? "Opaque"),
    column<KubeObject & { data?: object }>("Data", ({ data }) => Object.keys(data ?? {}).length),
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
  const shown = (columns[kind.kind] ?? [name, age]) as unknown as readonly Column[];
  if (kind.group !== EVENTS_VIEW.group) return shown;
  return shown.map((one) => ({ ...one, value: (object, now) => one.value(coreEvent(object), now) }));
}

function text(value: string | number | undefined): string | null {
  return value === undefined ? null : String(value);
}

function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const texts = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return texts.length === 0 ? "<none>" : texts.join(",");
}

function containerTexts({ spec }: StoredJob, member: "name" | "image"): string {
  return (spec?.template?.spec?.containers ?? []).map((container) => container[member] ?? "").join(",");
}

const modes: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

function accessModesText(accessModes: readonly string[] | undefined): string {
  return (accessModes ?? []).map((mode) => modes[mode] ?? mode).join(",");
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
