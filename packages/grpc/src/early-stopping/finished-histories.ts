import { type ServiceError, status } from "@grpc/grpc-js";
import { TrialSeries } from "@qalam/algorithms";
import { DBManager } from "../generated/katib_pb.ts";
import { CallError } from "../server/grpc-status.ts";
import { unaryClient } from "../unary-client.ts";

const TIMEOUT = { timeoutMs: 60_000 };
const HOST_AND_PORT = /^(\[[\da-fA-F:.]+\]|[\w.-]+):\d{1,5}$/;

/** The reports of an objective of trials, as a DBManager has them; a value that is no number is the worst there is. @throws CallError when it cannot tell */
export async function finishedHistories(
  address: string,
  trialNames: readonly string[],
  metricName: string,
  direction: "minimize" | "maximize",
): Promise<TrialSeries[]> {
  if (!HOST_AND_PORT.test(address))
    throw new CallError(
      status.INVALID_ARGUMENT,
      `db_manager_address is ${JSON.stringify(address)}, expected host:port, as katib-db-manager.kubeflow:6789`,
    );
  const client = unaryClient(DBManager, address);
  try {
    return await Promise.all(
      trialNames.map(async (trialName) => {
        const { observationLog } = await client.getObservationLog({ trialName, metricName }, TIMEOUT);
        const series = new TrialSeries(trialName);
        for (const { metric } of observationLog?.metricLogs ?? []) {
          const value = metric === undefined || metric.value.trim() === "" ? Number.NaN : Number(metric.value);
          series.add(direction === "maximize" ? -value : value, undefined);
        }
        return series;
      }),
    );
  } catch (error) {
    throw new CallError(
      status.UNAVAILABLE,
      `the DBManager at ${address} does not tell the metrics of the trials: ${(error as ServiceError).details}`,
    );
  } finally {
    client.close();
  }
}
