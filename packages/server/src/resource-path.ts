import type { ResourceKind } from "@qalam/api";
import { SERVED_KINDS } from "./served-kinds.ts";

/** What a path of the Kubernetes API names. */
export interface ResourcePath {
  readonly kind: ResourceKind;
  /** Empty for all namespaces and for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

const pattern =
  /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;

/** Reads `/api/v1/namespaces/a/pods/b/log` and its like; undefined for paths of no resource we have. */
export function parseResourcePath(given: string): ResourcePath | undefined {
  const path = given.replace(/(?<=.)\/$/, "");
  const own = /^\/api\/v1\/namespaces(?:\/([^/]+))?(?:\/(status))?$/.exec(path);
  if (own !== null)
    return {
      kind: kind("", "v1", "namespaces") as ResourceKind,
      namespace: "",
      name: decode(own[1]),
      subresource: own[2],
    };
  const match = pattern.exec(path);
  if (match === null) return undefined;
  const [, core, group = "", version = core ?? "", namespace, plural = "", name, subresource] = match;
  const found = kind(group, version, plural);
  if (found === undefined || (!found.namespaced && namespace !== undefined)) return undefined;
  return { kind: found, namespace: decode(namespace) ?? "", name: decode(name), subresource };
}

function kind(group: string, version: string, plural: string): ResourceKind | undefined {
  return SERVED_KINDS.find((one) => one.group === group && one.version === version && one.plural === plural);
}

/** A name with an escaped slash or a dot-dot is only ever a name: it finds nothing. */
function decode(part: string | undefined): string | undefined {
  if (part === undefined) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
