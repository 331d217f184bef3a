import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Trial } from "@qalam/api";
import { isPushed } from "@qalam/collectors";
import { KATIB_SDK_STARTUP } from "./katib-sdk-startup.ts";

export interface TrialEnvironmentOptions {
  readonly dataDirectory: string;
  /** Of the API server, with the token in its path. */
  readonly serverUrl: string;
  /** `host:port` of the DBManager. */
  readonly dbManager: string;
}

/**
 * The variables with which a trial reports its metrics: Katib's own (Katib behaviour 10.2), the names a Kubernetes Service gives, and the address for a
 * plain HTTP POST. Trials that push also get what makes the SDK's `report_metrics` work outside a pod.
 */
export function trialEnvironment({
  dataDirectory,
  serverUrl,
  dbManager,
}: TrialEnvironmentOptions): (trial: Trial) => Record<string, string> {
  const folder = join(dataDirectory, "python");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "sitecustomize.py"), KATIB_SDK_STARTUP);
  const [host = "", port = ""] = dbManager.split(":");
  return ({ metadata: { namespace = "", name }, spec }) => ({
    KATIB_DB_MANAGER_SERVICE_HOST: host,
    KATIB_DB_MANAGER_SERVICE_IP: host,
    KATIB_DB_MANAGER_SERVICE_PORT: port,
    QALAM_DB_MANAGER_ADDRESS: dbManager,
    QALAM_NAMESPACE: namespace,
    QALAM_OBSERVATIONS_URL: `${serverUrl}/apis/kubeflow.org/v1beta1/namespaces/${namespace}/trials/${name}/observations`,
    ...(isPushed({ spec }) && { PYTHONPATH: folder }),
  });
}
