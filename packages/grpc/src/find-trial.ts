import { status } from "@grpc/grpc-js";
import { TRIAL, type Trial } from "@qalam/api";
import type { ResourceStore } from "@qalam/store";
import { CallError } from "./server/grpc-status.ts";

/**
 * The trial of a name. Katib's messages carry no namespace; where two namespaces have a trial of one name, `<namespace>/<name>` tells them apart.
 * @throws CallError NOT_FOUND, or FAILED_PRECONDITION when the name is not enough
 */
export async function findTrial(store: Pick<ResourceStore, "get" | "list">, text: string): Promise<Trial> {
  if (text === "") throw new CallError(status.INVALID_ARGUMENT, "trial_name is empty; write the name of a Trial");
  const [name = "", namespace] = text.split("/").reverse();
  const found =
    namespace === undefined
      ? (await store.list(TRIAL, { fieldSelector: `metadata.name=${name}`, shared: true })).items
      : [await store.get(TRIAL, { namespace, name }, { shared: true })].filter((trial) => trial !== undefined);
  const [trial, other] = found;
  if (trial === undefined)
    throw new CallError(status.NOT_FOUND, `there is no trial "${text}"; in a trial its name is in KATIB_TRIAL_NAME`);
  if (other === undefined) return trial;
  const names = found.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  throw new CallError(
    status.FAILED_PRECONDITION,
    `there are trials ${names.join(" and ")}; write one of these as name`,
  );
}
