import { QalamError } from "@qalam/api";
import { pathsOf } from "./field-set.ts";
import type { Manager } from "./managers.ts";

/** An apply would change fields that others own; `force` takes them over. Text and causes are Kubernetes'. */
export class ApplyConflictError extends QalamError {
  readonly code = "APPLY_CONFLICT";
  readonly status = 409;
  readonly reason = "Conflict";
  readonly details: object;

  /** @param conflicts the managers, each with the contested fields only */
  constructor(conflicts: readonly Manager[]) {
    const found = conflicts.flatMap((manager) =>
      pathsOf(manager.fields).map((path) => ({ manager: managerText(manager), path })),
    );
    super(messageOf(found));
    this.details = {
      causes: found.map(({ manager, path }) => ({
        reason: "FieldManagerConflict",
        message: `conflict with ${manager}`,
        field: path,
      })),
    };
  }
}

function managerText({ name, operation, apiVersion, subresource }: Manager): string {
  const text = JSON.stringify(name) + (subresource === "" ? "" : ` with subresource ${JSON.stringify(subresource)}`);
  return operation === "Update" ? `${text} using ${apiVersion}` : text;
}

function messageOf(found: readonly { manager: string; path: string }[]): string {
  const [first] = found;
  if (found.length === 1) return `Apply failed with 1 conflict: conflict with ${first?.manager}: ${first?.path}`;
  const managers = [...new Set(found.map(({ manager }) => manager))].sort();
  const texts = managers.map((manager) => {
    const paths = found.filter((one) => one.manager === manager).map(({ path }) => `- ${path}`);
    return `conflicts with ${manager}:\n${paths.join("\n")}`;
  });
  return `Apply failed with ${found.length} conflicts: ${texts.join("\n")}`;
}
