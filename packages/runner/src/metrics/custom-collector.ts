import type { Trial } from "@qalam/api";
import type { Container } from "kubernetes-types/core/v1.js";

/** The user's own collector, which runs beside a trial's primary container (Katib behaviour 5.1); undefined for other kinds. */
export function customCollector({ spec }: Pick<Trial, "spec">): Container | undefined {
  const { kind, customCollector: container } = spec.metricsCollector?.collector ?? {};
  return kind === "Custom" ? container : undefined;
}
