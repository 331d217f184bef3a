import { KINDS, type ResourceKind } from "@qalam/api";

/** Events as the newer group writes them: the same objects, other names of fields. */
export const EVENTS_VIEW: ResourceKind = {
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  singular: "event",
  namespaced: true,
  shortNames: ["ev"],
  categories: [],
  statusSubresource: false,
  hasGeneration: false,
};

/** Every kind whose objects can be read and written. */
export const SERVED_KINDS: readonly ResourceKind[] = [...KINDS, EVENTS_VIEW];
