import { TRIAL } from "@qalam/api";
import { NotFoundError, type ObservationStore, type ResourceStore } from "@qalam/store";
import { type ResourceRequest, send } from "./resource-handlers.ts";
import { RequestError } from "./status-error.ts";

/** Answers `trials/<name>/observations`: the rows and the summary of each metric. Query: metric, start, end, downsample. */
export async function handleObservations(
  { request, response, path, query }: ResourceRequest,
  store: ResourceStore,
  observations: ObservationStore,
): Promise<void> {
  if (request.method !== "GET")
    throw new RequestError(405, "the server does not allow this method on the requested resource");
  const trial = await store.get(TRIAL, { namespace: path.namespace, name: path.name ?? "" }, { shared: true });
  if (trial === undefined) throw new NotFoundError("trials.kubeflow.org", path.name ?? "");
  const uid = trial.metadata.uid ?? "";
  const [metric, start, end, downsample] = ["metric", "start", "end", "downsample"].map(
    (name) => query.get(name) ?? undefined,
  );
  if (downsample !== undefined && !/^[1-9]\d*$/.test(downsample))
    throw new RequestError(400, `downsample must be a whole number above zero, found ${JSON.stringify(downsample)}`);
  const rows = await observations.query(uid, {
    ...(metric !== undefined && { metric }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    ...(downsample !== undefined && { downsample: Number(downsample) }),
  });
  send(response, 200, {
    kind: "ObservationList",
    apiVersion: "qalam.dev/v1",
    metrics: await observations.summarize(uid),
    rows,
  });
}
