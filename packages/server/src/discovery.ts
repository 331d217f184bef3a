import { createHash } from "node:crypto";
import { EVENT, NAMESPACE, type ResourceKind } from "@qalam/api";
import { EVENTS_VIEW, SERVED_KINDS } from "./served-kinds.ts";

const verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
/** Kubernetes' order for custom resources. */
const customVerbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

/** Read-only: the definitions of Katib's kinds. */
export const CRD: ResourceKind = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  singular: "customresourcedefinition",
  namespaced: false,
  shortNames: ["crd", "crds"],
  categories: ["api-extensions"],
  statusSubresource: false,
};
/** Posted, answered and forgotten. */
const REVIEWS: readonly ResourceKind[] = [
  review("authorization.k8s.io", "SelfSubjectAccessReview"),
  review("authorization.k8s.io", "SelfSubjectRulesReview"),
  review("authentication.k8s.io", "SelfSubjectReview"),
];

function review(group: string, kind: string): ResourceKind {
  const singular = kind.toLowerCase();
  return { ...CRD, group, kind, singular, plural: `${singular}s`, shortNames: [], categories: [] };
}

const KINDS: readonly ResourceKind[] = [...SERVED_KINDS, CRD, ...REVIEWS];

/** Verbs of a kind. */
function verbsOf(kind: ResourceKind): readonly string[] {
  if (REVIEWS.includes(kind)) return ["create"];
  if (kind === CRD) return ["get", "list"];
  if (kind === NAMESPACE) return verbs.filter((verb) => verb !== "deletecollection");
  return kind.group === "kubeflow.org" ? customVerbs : verbs;
}

/** Group-versions we serve, the core one as `v1`. */
export const GROUP_VERSIONS: readonly string[] = [
  ...new Set(KINDS.map(({ group, version }) => (group === "" ? version : `${group}/${version}`))),
];

interface Subresource {
  readonly name: string;
  readonly verbs: readonly string[];
}

/** Those of the groups that have a name. */
const GROUPS = GROUP_VERSIONS.filter((one) => one.includes("/"));

/** Subresources of a kind. */
function subresources(kind: ResourceKind): Subresource[] {
  return [
    ...(kind.statusSubresource ? [{ name: "status", verbs: ["get", "patch", "update"] }] : []),
    ...(kind.kind === "Pod" ? [{ name: "log", verbs: ["get"] }] : []),
    ...(kind.kind === "Trial" ? [{ name: "observations", verbs: ["get", "create"] }] : []),
  ];
}

/** Kubernetes' name for the form in which objects are stored: it tells resources that share their objects. Reviews are not stored. */
function storageVersionHash(kind: ResourceKind): { storageVersionHash?: string } {
  if (REVIEWS.includes(kind)) return {};
  const {
    group,
    version,
    kind: name,
  } = kind === EVENTS_VIEW ? EVENT : kind === CRD ? { ...CRD, version: "v1beta1" } : kind;
  const hash = createHash("sha256").update(`${group}/${version}/${name}`).digest();
  return { storageVersionHash: hash.subarray(0, 8).toString("base64") };
}

function kindsOf(groupVersion: string): ResourceKind[] {
  return KINDS.filter(({ group, version }) => (group === "" ? version : `${group}/${version}`) === groupVersion);
}

/** `APIResourceList` of a group-version. */
export function resourceList(groupVersion: string): object {
  const resources = kindsOf(groupVersion).flatMap((kind) => [
    {
      name: kind.plural,
      singularName: kind.singular,
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs: verbsOf(kind),
      ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
      ...(kind.categories.length > 0 && { categories: kind.categories }),
      ...storageVersionHash(kind),
    },
    ...subresources(kind).map(({ name, verbs }) => ({
      name: `${kind.plural}/${name}`,
      singularName: "",
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs,
    })),
  ]);
  // The core group's list is older than API versions of such lists.
  return { kind: "APIResourceList", ...(groupVersion !== "v1" && { apiVersion: "v1" }), groupVersion, resources };
}

/** `APIVersions` of the core group. */
export function coreVersions(address: string): object {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: address }],
  };
}

/** `APIGroupList` of the other groups. */
export function groupList(): object {
  return { kind: "APIGroupList", apiVersion: "v1", groups: GROUPS.map(groupOf) };
}

/** `APIGroup`; undefined for one we do not serve. */
export function apiGroup(name: string): object | undefined {
  const groupVersion = GROUPS.find((one) => one.startsWith(`${name}/`));
  return groupVersion === undefined ? undefined : { kind: "APIGroup", apiVersion: "v1", ...groupOf(groupVersion) };
}

function groupOf(groupVersion: string): object {
  const [name = "", version = ""] = groupVersion.split("/");
  return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
}

/** Aggregated discovery, which newer kubectl asks for. @param version `v2` or `v2beta1` @param core the core group, or all others */
export function aggregatedDiscovery(version: "v2" | "v2beta1", core: boolean): object {
  const items = GROUP_VERSIONS.filter((one) => one.includes("/") !== core).map((groupVersion) => {
    const name = core ? undefined : groupVersion.split("/")[0];
    return {
      metadata: { ...(name !== undefined && { name }) },
      versions: [
        {
          version: groupVersion.split("/").at(-1),
          freshness: "Current",
          resources: kindsOf(groupVersion).map((kind) => discoveredResource(kind, groupVersion)),
        },
      ],
    };
  });
  return { kind: "APIGroupDiscoveryList", apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items };
}

function discoveredResource(kind: ResourceKind, groupVersion: string): object {
  const [group, version] = groupVersion.split("/");
  // As in Kubernetes, only custom resources say again in which group they are.
  const responseKind = {
    ...(group === "kubeflow.org" ? { group, version } : { group: "", version: "" }),
    kind: kind.kind,
  };
  const below = subresources(kind).map(({ name, verbs }) => ({ subresource: name, responseKind, verbs }));
  return {
    resource: kind.plural,
    responseKind,
    scope: kind.plural === NAMESPACE.plural || !kind.namespaced ? "Cluster" : "Namespaced",
    singularResource: kind.singular,
    verbs: verbsOf(kind),
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    ...(kind.categories.length > 0 && { categories: kind.categories }),
    ...(below.length > 0 && { subresources: below }),
  };
}
