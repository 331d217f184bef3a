import { NAMESPACE, type ResourceKind } from "@qalam/api";
import { SERVED_KINDS } from "./served-kinds.ts";

const verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/** Read-only: the definitions of Katib's kinds. */
const CRD: ResourceKind = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  singular: "customresourcedefinition",
  namespaced: false,
  shortNames: ["crd", "crds"],
  categories: [],
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
  return { ...CRD, group, kind, singular, plural: `${singular}s`, shortNames: [] };
}

const KINDS: readonly ResourceKind[] = [...SERVED_KINDS, CRD, ...REVIEWS];

/** Verbs of a kind. */
function verbsOf(kind: ResourceKind): readonly string[] {
  if (REVIEWS.includes(kind)) return ["create"];
  return kind === CRD ? ["get", "list"] : verbs;
}

/** Group-versions we serve, the core one as `v1`. */
export const GROUP_VERSIONS: readonly string[] = [
  ...new Set(KINDS.map(({ group, version }) => (group === "" ? version : `${group}/${version}`))),
];

/** Subresources of a kind. */
function subresources(kind: ResourceKind): string[] {
  return [
    ...(kind.statusSubresource ? ["status"] : []),
    ...(kind.kind === "Pod" ? ["log"] : []),
    ...(kind.kind === "Trial" ? ["observations"] : []),
  ];
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
    },
    ...subresources(kind).map((sub) => ({
      name: `${kind.plural}/${sub}`,
      singularName: "",
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs: sub === "log" ? ["get"] : ["get", "patch", "update"],
    })),
  ]);
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources };
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
  const groups = GROUP_VERSIONS.filter((one) => one.includes("/")).map((groupVersion) => {
    const [name = "", version = ""] = groupVersion.split("/");
    return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
  });
  return { kind: "APIGroupList", apiVersion: "v1", groups };
}

/** Aggregated discovery, which newer kubectl asks for. @param version `v2` or `v2beta1` @param core the core group, or all others */
export function aggregatedDiscovery(version: "v2" | "v2beta1", core: boolean): object {
  const items = GROUP_VERSIONS.filter((one) => one.includes("/") !== core).map((groupVersion) => {
    const name = core ? undefined : groupVersion.split("/")[0];
    return {
      metadata: { ...(name !== undefined && { name }), creationTimestamp: null },
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
  const [group, version] = groupVersion.includes("/") ? groupVersion.split("/") : ["", groupVersion];
  const responseKind = { group, version, kind: kind.kind };
  return {
    resource: kind.plural,
    responseKind,
    scope: kind.plural === NAMESPACE.plural || !kind.namespaced ? "Cluster" : "Namespaced",
    singularResource: kind.singular,
    verbs: verbsOf(kind),
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    ...(kind.categories.length > 0 && { categories: kind.categories }),
    subresources: subresources(kind).map((subresource) => ({
      subresource,
      responseKind,
      verbs: subresource === "log" ? ["get"] : ["get", "patch", "update"],
    })),
  };
}
