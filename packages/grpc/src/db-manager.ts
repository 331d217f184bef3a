import { status } from "@grpc/grpc-js";
import { type PushedMetric, pushedRows, pushRefusal } from "@qalam/collectors";
import type { ObservationStore, ResourceStore } from "@qalam/store";
import { findTrial } from "./find-trial.ts";
import { DBManager, type MetricLog } from "./generated/katib_pb.ts";
import { CallError } from "./server/grpc-status.ts";
import { type Service, unaryService } from "./server/service.ts";

export interface DbManagerOptions {
  readonly store: Pick<ResourceStore, "get" | "list">;
  readonly observations: Pick<ObservationStore, "append" | "query" | "delete">;
  /** The time of arrival, RFC 3339, for rows that carry none. */
  readonly now: () => string;
}

/**
 * Katib's DBManager over an ObservationStore (Katib behaviour 8.1, 9). Different from Katib: the trial must exist, and must not have ended when metrics
 * are reported; a row that is reported twice counts once; a row without time gets that of its arrival; rows of one time keep their order.
 */
export function dbManagerService({ store, observations, now }: DbManagerOptions): Service {
  const uidOf = async (name: string) => (await findTrial(store, name)).metadata.uid ?? "";
  return unaryService(DBManager, {
    async reportObservationLog({ trialName, observationLog }) {
      const trial = await findTrial(store, trialName);
      const refusal = pushRefusal(trial);
      if (refusal !== undefined) throw new CallError(status.FAILED_PRECONDITION, refusal);
      const metrics = (observationLog?.metricLogs ?? []).map(pushedMetric);
      if (metrics.length === 0)
        throw new CallError(
          status.INVALID_ARGUMENT,
          "observation_log.metric_logs is empty; report at least one metric",
        );
      await observations.append(trial.metadata.uid ?? "", pushedRows(metrics, now()));
      return {};
    },
    async getObservationLog({ trialName, metricName, startTime, endTime }) {
      const rows = await observations.query(await uidOf(trialName), {
        ...(metricName !== "" && { metric: metricName }),
        ...(startTime !== "" && { start: startTime }),
        ...(endTime !== "" && { end: endTime }),
      });
      const metricLogs = rows.map(({ metric, value, time }) => ({ timeStamp: time, metric: { name: metric, value } }));
      return { observationLog: { metricLogs } };
    },
    async deleteObservationLog({ trialName }) {
      await observations.delete(await uidOf(trialName));
      return {};
    },
  });
}

function pushedMetric({ timeStamp, metric }: MetricLog, index: number): PushedMetric {
  if (metric === undefined || metric.name === "")
    throw new CallError(
      status.INVALID_ARGUMENT,
      `observation_log.metric_logs[${index}].metric has no name; write the name of the metric`,
    );
  return { metric: metric.name, value: metric.value, ...(timeStamp !== "" && { time: timeStamp }) };
}
