import type { Exchange, Recall } from "../exchange.ts";
import { configMap, inNamespace, pod, trial } from "./objects.ts";
import { MERGE } from "./patching.ts";

/** Watches: what has been, from then on, bookmarks, versions that are too old or none. */
export const watching: readonly Exchange[] = inNamespace("watching", (at) => {
  const [maps, trials] = [at("configmaps"), at("kubeflow.org/v1beta1/trials")];
  const since = (name: string, lines: number, query = "", path = maps): Exchange => ({
    name,
    method: "GET",
    lines,
    path: (said: Recall) =>
      `${path}?watch=true&timeoutSeconds=5${query}&resourceVersion=${said("watching: before").metadata.resourceVersion}`,
  });
  return [
    { name: "before", method: "GET", path: maps },
    { name: "create a", method: "POST", path: maps, body: configMap("a", {}, { labels: { l: "1" } }) },
    { name: "change a", method: "PATCH", path: `${maps}/a`, type: MERGE, body: { data: { x: "1" } } },
    { name: "create b", method: "POST", path: maps, body: configMap("b") },
    { name: "relabel a", method: "PATCH", path: `${maps}/a`, type: MERGE, body: { metadata: { labels: { l: "2" } } } },
    { name: "delete b", method: "DELETE", path: `${maps}/b` },
    { name: "create a trial", method: "POST", path: trials, body: trial("t") },
    since("everything since", 5),
    since("everything since, by label", 3, "&labelSelector=l%3D1"),
    since("everything since, by name", 2, "&fieldSelector=metadata.name%3Db"),
    since("everything since, as metadata", 2),
    since("trials since", 1, "", trials),
    { name: "from the beginning", method: "GET", lines: 1, path: `${maps}?watch=true&timeoutSeconds=5` },
    { name: "from version 0", method: "GET", lines: 1, path: `${maps}?watch=true&timeoutSeconds=5&resourceVersion=0` },
    {
      name: "as the old path",
      method: "GET",
      lines: 1,
      path: `/api/v1/watch/namespaces/watching/configmaps?timeoutSeconds=5`,
    },
    {
      name: "one object",
      method: "GET",
      lines: 1,
      path: `${maps}?watch=1&timeoutSeconds=5&fieldSelector=metadata.name%3Da`,
    },
    { name: "watch of a name", method: "GET", lines: 1, path: `${maps}/a?watch=true&timeoutSeconds=5` },
    {
      name: "initial events",
      method: "GET",
      lines: 2,
      path: `${maps}?watch=true&timeoutSeconds=5&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`,
    },
    {
      name: "initial events of trials",
      method: "GET",
      lines: 2,
      path: `${trials}?watch=true&timeoutSeconds=5&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`,
    },
    {
      name: "initial events without match",
      method: "GET",
      lines: 1,
      path: `${maps}?watch=true&timeoutSeconds=5&sendInitialEvents=true&allowWatchBookmarks=true`,
    },
    {
      name: "initial events without bookmarks",
      method: "GET",
      lines: 1,
      path: `${maps}?watch=true&timeoutSeconds=5&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
    },
    {
      name: "match without initial events",
      method: "GET",
      lines: 1,
      path: `${maps}?watch=true&timeoutSeconds=5&resourceVersionMatch=NotOlderThan&resourceVersion=1`,
    },
    {
      name: "initial events of a list",
      method: "GET",
      path: `${maps}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
    },
    {
      name: "as metadata",
      method: "GET",
      lines: 1,
      path: `${maps}?watch=true&timeoutSeconds=5`,
      accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
    },
    {
      name: "as a table",
      method: "GET",
      lines: 1,
      path: `${maps}?watch=true&timeoutSeconds=5`,
      accept: "application/json;as=Table;g=meta.k8s.io;v=v1",
    },
    {
      name: "from a version that is none",
      method: "GET",
      lines: 1,
      path: `${maps}?watch=true&timeoutSeconds=5&resourceVersion=abc`,
    },
    {
      name: "from the future",
      method: "GET",
      lines: 1,
      path: `${maps}?watch=true&timeoutSeconds=5&resourceVersion=999999999`,
    },
    {
      name: "from long ago",
      method: "GET",
      lines: 1,
      path: `${maps}?watch=true&timeoutSeconds=5&resourceVersion=1&fieldSelector=metadata.name%3Da`,
    },
    {
      name: "trials as a table",
      method: "GET",
      lines: 1,
      path: `${trials}?watch=true&timeoutSeconds=5`,
      accept: "application/json;as=Table;g=meta.k8s.io;v=v1",
    },
    {
      name: "as YAML",
      method: "GET",
      lines: 1,
      path: `${maps}?watch=true&timeoutSeconds=5`,
      accept: "application/yaml",
    },
    {
      name: "with a bad selector",
      method: "GET",
      lines: 1,
      path: `${maps}?watch=true&timeoutSeconds=5&labelSelector=a%20b%20c`,
    },
    {
      name: "with a bad field",
      method: "GET",
      lines: 1,
      path: `${maps}?watch=true&timeoutSeconds=5&fieldSelector=a%3Db`,
    },
    { name: "with a bad time", method: "GET", lines: 1, path: `${maps}?watch=true&timeoutSeconds=x` },
    { name: "with a limit", method: "GET", lines: 1, path: `${maps}?watch=true&timeoutSeconds=5&limit=1` },
    { name: "whose time is up", method: "GET", lines: 9, path: `${maps}?watch=true&timeoutSeconds=1` },
    { name: "create a pod", method: "POST", path: at("pods"), body: pod("p") },
    { name: "of pods", method: "GET", lines: 1, path: `${at("pods")}?watch=true&timeoutSeconds=5` },
    {
      name: "of what cannot be watched",
      method: "GET",
      lines: 1,
      path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews?watch=true",
    },
  ];
});
