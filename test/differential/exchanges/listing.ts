import type { Exchange, Recall } from "../exchange.ts";
import { configMap, inNamespace, pod } from "./objects.ts";

/** Selectors, pages and versions of lists. */
export const listing: readonly Exchange[] = inNamespace("listing", (at) => {
  const [maps, pods] = [at("configmaps"), at("pods")];
  const list = (query: string, path = maps): Exchange => ({
    name: `list ${decodeURIComponent(query).slice(0, 100)}${path === maps ? "" : " of pods"}`,
    method: "GET",
    path: `${path}?${query}`,
  });
  const labels = (selector: string) => list(`labelSelector=${encodeURIComponent(selector)}`);
  const fields = (selector: string, path = maps) => list(`fieldSelector=${encodeURIComponent(selector)}`, path);
  const page = (name: string, query: string, before: string): Exchange => ({
    name,
    method: "GET",
    path: (said: Recall) =>
      `${maps}?${query}&continue=${encodeURIComponent(said(`listing: ${before}`).metadata.continue)}`,
  });
  return [
    ...["1", "2", "3", "4", "5"].map(
      (n): Exchange => ({
        name: `create ${n}`,
        method: "POST",
        path: maps,
        body: configMap(
          `m${n}`,
          {},
          { labels: { n, parity: Number(n) % 2 === 0 ? "even" : "odd", ...(n === "1" && { first: "" }) } },
        ),
      }),
    ),
    { name: "create a pod", method: "POST", path: pods, body: pod("p") },
    ...[
      "n=1",
      "n==1",
      "n!=1",
      "n in (1,2)",
      "n notin (1,2)",
      "first",
      "!first",
      "first=",
      "n>3",
      "n<3",
      "parity=odd,n!=1",
      "x.y/z=1",
      " n = 1 ",
      "n in (1)",
      "n in ()",
      "",
    ].map(labels),
    ...[
      "n===1",
      "a b c",
      "=1",
      "n in 1",
      "n in (1",
      "n~1",
      "n>x",
      "-a=1",
      "a=-b",
      "a/b/c=1",
      ",",
      "n=1,",
      "!",
      "()",
    ].map(labels),
    ...[
      "metadata.name=m1",
      "metadata.name!=m1",
      "metadata.namespace=listing",
      "metadata.name=m1,metadata.namespace=listing",
      "metadata.name=none",
      "",
    ].map((one) => fields(one)),
    ...["foo=bar", "metadata.name", "metadata.name>1", "metadata.name=a=b", "=x", "data.a=1"].map((one) => fields(one)),
    ...[
      "status.phase=Pending",
      "status.phase!=Running",
      "spec.nodeName=",
      "spec.restartPolicy=Always",
      "spec.nope=1",
    ].map((one) => fields(one, pods)),
    list("limit=2"),
    page("second page", "limit=2", "list limit=2"),
    page("last page", "limit=2", "second page"),
    page("rest without limit", "labelSelector=", "list limit=2"),
    { ...list("limit=2&labelSelector=parity%3Dodd"), name: "first page of the odd ones" },
    list("limit=0"),
    list("limit=99"),
    list("limit=abc"),
    list("limit=-1"),
    list("continue=nonsense"),
    page("page with a version", "limit=2&resourceVersion=1", "list limit=2"),
    list("resourceVersion=0"),
    list("resourceVersion=abc"),
    list("resourceVersion=-1"),
    list("resourceVersion=999999999"),
    list("resourceVersionMatch=Exact"),
    list("resourceVersionMatch=Exact&resourceVersion=0"),
    list("resourceVersionMatch=Nonsense&resourceVersion=1"),
    list("resourceVersionMatch=NotOlderThan&resourceVersion=1"),
    {
      name: "list exactly then",
      method: "GET",
      path: (said: Recall) =>
        `${maps}?resourceVersionMatch=Exact&resourceVersion=${said("listing: create 2").metadata.resourceVersion}`,
    },
    {
      name: "list not older than then",
      method: "GET",
      path: (said: Recall) =>
        `${maps}?resourceVersionMatch=NotOlderThan&resourceVersion=${said("listing: create 2").metadata.resourceVersion}`,
    },
    {
      name: "list from then",
      method: "GET",
      path: (said: Recall) => `${maps}?resourceVersion=${said("listing: create 2").metadata.resourceVersion}`,
    },
    {
      name: "get not older than then",
      method: "GET",
      path: (said: Recall) => `${maps}/m1?resourceVersion=${said("listing: create 2").metadata.resourceVersion}`,
    },
    { name: "get from the future", method: "GET", path: `${maps}/m1?resourceVersion=999999999` },
    { name: "get with a bad version", method: "GET", path: `${maps}/m1?resourceVersion=abc` },
    { name: "list of an empty namespace", method: "GET", path: "/api/v1/namespaces/absent/configmaps" },
    { name: "list of all namespaces", method: "GET", path: "/api/v1/configmaps?labelSelector=n" },
    { name: "list of trials", method: "GET", path: at("kubeflow.org/v1beta1/trials") },
    {
      name: "list as metadata",
      method: "GET",
      path: `${maps}?limit=1`,
      accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
    },
    {
      name: "get as metadata",
      method: "GET",
      path: `${maps}/m1`,
      accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
    },
    {
      name: "get as metadata of an unknown version",
      method: "GET",
      path: `${maps}/m1`,
      accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v9",
    },
    {
      name: "list of trials as metadata",
      method: "GET",
      path: at("kubeflow.org/v1beta1/trials"),
      accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
    },
    { name: "list of all kinds of one namespace", method: "GET", path: "/api/v1/namespaces/listing" },
    { name: "a name that climbs", method: "GET", path: `${maps}/..%2f..%2fsecrets` },
    { name: "a name of dots", method: "GET", path: `${maps}/%2e%2e` },
    { name: "a name with a percent sign", method: "GET", path: `${maps}/a%25b` },
    { name: "create with a name that climbs", method: "POST", path: maps, body: configMap("../secrets") },
    { name: "a trailing slash", method: "GET", path: `${maps}/` },
    { name: "two slashes", method: "GET", path: `//api/v1/namespaces/listing/configmaps` },
    { name: "get as XML", method: "GET", path: `${maps}/m1`, accept: "application/xml" },
    { name: "get as XML or JSON", method: "GET", path: `${maps}/m1`, accept: "application/xml,application/json" },
    { name: "get as anything", method: "GET", path: `${maps}/m1`, accept: "*/*" },
    { name: "head", method: "HEAD", path: `${maps}/m1` },
  ];
});
