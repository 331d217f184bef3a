import { POD, type StoredPod, TRIAL, TRIAL_LABEL } from "@qalam/api";
import { type ContainerLogs, type LogOptions, NotFoundError, type ResourceStore } from "@qalam/store";
import type { ResourceRequest } from "./resource-request.ts";
import { RequestError } from "./status-error.ts";
import { roomFor } from "./unread-bytes.ts";

/** Katib's sidecar, which writes again what the training wrote: its SDK asks for it. */
const COLLECTOR_CONTAINER = "metrics-logger-and-collector";

/** Answers `pods/<name>/log`: the output so far, or with `follow` until the container ends or the client goes. */
export async function handleLog(
  { response, path, query }: ResourceRequest,
  store: ResourceStore,
  logs: ContainerLogs,
): Promise<void> {
  const pod = await store.get(POD, { namespace: path.namespace, name: path.name ?? "" }, { shared: true });
  if (pod === undefined) throw new NotFoundError("pods", path.name ?? "");
  const names = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map(({ name }) => name);
  const asked = query.get("container") ?? undefined;
  const stands = asked === COLLECTOR_CONTAINER && !names.includes(asked) ? await trainingContainer(pod, store) : asked;
  const container = stands ?? (pod.spec?.containers.length === 1 ? names.at(-1) : undefined);
  if (container === undefined)
    throw new RequestError(
      400,
      `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(" ")}]`,
    );
  if (!names.includes(container))
    throw new RequestError(
      400,
      `container ${container} is not valid for pod ${pod.metadata.name}; choose one of: [${names.join(" ")}]`,
    );
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const place = { namespace: path.namespace, name: pod.metadata.name, uid: pod.metadata.uid ?? "" };
  try {
    for await (const chunk of logs.read(place, logOptions(query, container), gone.signal)) {
      if (!response.headersSent)
        response.writeHead(200, { "content-type": "text/plain", "cache-control": "no-cache, private" });
      response.write(chunk);
      await roomFor(response);
    }
  } catch (error) {
    if (!(error instanceof NotFoundError) || pod.status?.phase !== "Pending") throw error;
    throw new RequestError(
      400,
      `container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${pod.status?.message ?? "ContainerCreating"}`,
    );
  }
  response.end();
}

/** The container whose output stands for that of Katib's sidecar; the name as asked for when the pod is of no trial. */
async function trainingContainer({ metadata }: StoredPod, store: ResourceStore): Promise<string> {
  const key = { namespace: metadata.namespace ?? "", name: metadata.labels?.[TRIAL_LABEL] ?? "" };
  const trial = await store.get(TRIAL, key, { shared: true });
  return trial?.spec.primaryContainerName ?? COLLECTOR_CONTAINER;
}

function logOptions(query: URLSearchParams, container: string): LogOptions {
  const number = (name: string) => {
    const text = query.get(name);
    if (text === null) return undefined;
    if (!/^\d+$/.test(text))
      throw new RequestError(400, `${name} must be a whole number, found ${JSON.stringify(text)}`);
    return Number(text);
  };
  const [tailLines, sinceSeconds, limitBytes] = [number("tailLines"), number("sinceSeconds"), number("limitBytes")];
  const sinceTime = query.get("sinceTime");
  return {
    container,
    follow: query.get("follow") === "true",
    timestamps: query.get("timestamps") === "true",
    previous: query.get("previous") === "true",
    ...(tailLines !== undefined && { tailLines }),
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(sinceTime !== null && { sinceTime }),
  };
}
