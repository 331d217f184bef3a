/** A difference that stays. What it is and why is said in docs/reference/kubernetes-api-differences.md under the same name. */
export interface DeliberateDifference {
  readonly name: string;
  /** Exchange and place in the answer; `*` stands for any text. Each must still differ. */
  readonly places: readonly (readonly [exchange: string, path: string])[];
}

type Place = readonly [exchange: string, path: string];

/** One place in several exchanges. */
function at(path: string, ...exchanges: string[]): Place[] {
  return exchanges.map((exchange) => [exchange, path] as const);
}

/** Several places in one exchange. */
function inside(exchange: string, ...paths: string[]): Place[] {
  return paths.map((path) => [exchange, path] as const);
}

/** Refusals of built-in kinds and metadata whose causes have other texts. */
const otherTexts = [
  "writing: create with a bad name",
  "listing: create with a name that climbs",
  "writing: create with a bad label",
  "writing: create with a bad annotation",
  "writing: create with a bad finalizer",
  "writing: create with a bad generateName",
  "writing: create with a bad owner",
  "patching: merge of a wrong type",
  "patching: merge of a whole that is none",
  "patching: merge of another kind",
  "patching: strategic merge of what cannot change",
  "patching: strategic merge of a wrong type",
  "patching: merge of a wrong type into a custom resource",
  "deleting: add a finalizer meanwhile",
  "kinds: a pod without containers",
  "kinds: a pod's spec",
  "kinds: a job without template",
  "kinds: a job's template",
  "kinds: a job with another name as label",
  "kinds: a job with another uid as label",
  "kinds: a job with a selector",
  "kinds: replace a job",
  "kinds: a secret with a bad key",
  "kinds: a config map with a bad key",
  "kinds: a service with a bad name",
  "kinds: a claim's modes",
  "kinds: a trial of wrong types",
  "kinds: a trial with an enum's unknown value",
  "checking: a namespace with a bad name",
  "custom: create with a bad name",
  "custom: merge a status of a wrong type",
  "custom: suggestion of wrong types",
];

export const deliberateDifferences: readonly DeliberateDifference[] = [
  { name: "loopback-address", places: at("body.serverAddressByClientCIDRs[0].serverAddress", "core versions") },
  {
    name: "server-version",
    places: inside(
      "version",
      "body.gitVersion",
      "body.gitCommit",
      "body.gitTreeState",
      "body.goVersion",
      "body.compiler",
    ),
  },
  {
    name: "observations-of-trials",
    places: [
      ...at("body.resources.trials/observations!", "resources of /apis/kubeflow.org/v1beta1"),
      ...at("body.items.kubeflow.org!.*.subresources.observations!", "aggregated discovery v2 of /apis"),
    ],
  },
  {
    name: "definitions-are-read",
    places: [
      ...at("body.resources.customresourcedefinitions!.verbs[*]", "resources of /apis/apiextensions.k8s.io/v1"),
      ...inside(
        "aggregated discovery v2 of /apis",
        "*.resources.customresourcedefinitions!.verbs[*]",
        "*.resources.customresourcedefinitions!.subresources",
      ),
      ...at("body.metadata.managedFields", "checking: a definition"),
      ...at("body.items[*].metadata.managedFields", "checking: definitions"),
      ...at("body.rows[*].object.metadata.managedFields", "tables: table of definitions"),
    ],
  },
  {
    name: "older-aggregated-discovery",
    places: at("*", "aggregated discovery v2beta1 of /api", "aggregated discovery v2beta1 of /apis"),
  },
  {
    name: "status-for-unknown-paths",
    places: ["headers.content-type", "body"].flatMap((path) =>
      at(path, "unknown group", "unknown version", "unknown path", "OpenAPI v3 of no group", "listing: two slashes"),
    ),
  },
  { name: "openapi-index-is-json", places: at("headers.content-type", "OpenAPI v3 index") },
  {
    name: "messages",
    places: [
      ...at("body.message", ...otherTexts),
      ...at("body.details.causes[*].message", ...otherTexts),
      ...at("body.details.name", "writing: create with a bad generateName"),
      ...at(
        "body.message",
        "writing: create in another namespace",
        "writing: create of another kind",
        "writing: create of another version",
        "writing: update with another uid",
        "writing: update in another namespace",
        "patching: merge that moves",
        "patching: merge of text",
        "patching: JSON patch whose test fails",
        "patching: JSON patch of a missing field",
        "patching: JSON patch with an unknown operation",
        "patching: JSON patch of text",
        "patching: patch of an unknown type",
        "patching: patch without a type",
        "patching: patch as plain JSON",
        "applying: without kind and version",
        "applying: of another namespace",
        "applying: of another kind",
        "applying: of nothing with a uid",
        "applying: of text that is no YAML",
        "deleting: with another uid",
        "deleting: with another version",
        "deleting: with a bad query",
        "deleting: of a subresource",
        "deleting: a collection by a bad label",
        "listing: list limit=abc",
        "listing: list continue=nonsense",
        "listing: list resourceVersion=abc",
        "listing: list resourceVersion=-1",
        "listing: get as metadata of an unknown version",
        "listing: get as XML",
        "watching: with a bad selector",
        "watching: with a bad field",
        "watching: with a bad time",
        "tables: table of no known version",
        "kinds: a secret that is no base64",
        "kinds: a config map with binary data that is none",
        "kinds: events by a bad field",
        "kinds: a trial of another kind",
        "kinds: a trial of another version",
        "checking: a body that is cut off",
        "checking: a body that is no JSON",
        "checking: an empty body",
        "checking: a body that is a list",
        "checking: a body that is a text",
        "checking: a body of YAML that is none",
        "checking: YAML sent as JSON",
        "checking: XML",
        "checking: JSON as text",
        "checking: labels that are a number",
        "checking: a label that is a number",
        "checking: data that is a list",
        "checking: data with a number",
        "checking: a name that is a number",
        "checking: metadata that is a text",
        "checking: a trial's metadata that is a text",
        "checking: a trial's label that is a number",
        "checking: a trial whose body is cut off",
        "checking: a review of another kind",
        "custom: create in another namespace",
        "custom: list by a field that cannot be selected",
        "custom: list by a bad label",
        "custom: delete with another uid",
        "protobuf: bytes without the first four",
        "protobuf: cut off",
        "protobuf: a text where a number stands",
        "protobuf: another kind",
        "protobuf: a kind that there is not",
        "protobuf: nothing",
        "protobuf: a patch",
        "protobuf: delete with another uid",
        "checking: protobuf that is none",
      ),
    ],
  },
  {
    name: "selector-messages",
    places: at(
      "body.message",
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
      ].map((selector) => `listing: list labelSelector=${selector}`),
      ...[
        "foo=bar",
        "metadata.name",
        "metadata.name>1",
        "metadata.name=a=b",
        "=x",
        "data.a=1",
        "spec.nope=1 of pods",
      ].map((selector) => `listing: list fieldSelector=${selector}`),
    ),
  },
  {
    name: "precise-fields",
    places: [
      ...at(
        "body.details.causes[*].field",
        "writing: create with a bad generateName",
        "writing: create with a bad label",
        "writing: create with a bad annotation",
        "writing: create with a bad finalizer",
        "writing: create with a bad owner",
        "patching: merge of a wrong type",
        "patching: merge of a whole that is none",
        "patching: strategic merge of a wrong type",
        "deleting: add a finalizer meanwhile",
        "kinds: a job without template",
      ),
      ...at(
        "body.details.causes[1]",
        "writing: create with a bad generateName",
        "writing: create with a bad finalizer",
        "patching: merge with another uid",
        "deleting: add a finalizer meanwhile",
        "kinds: a job without template",
        "kinds: a job with a selector",
      ),
      ...inside(
        "kinds: replace a job",
        "body.details.causes[1].reason",
        "body.details.causes[1].field",
        ...[2, 3, 4, 5].map((i) => `body.details.causes[${i}]`),
      ),
      ...at(
        "body.details.causes[*].reason",
        "writing: create with a bad owner",
        "patching: merge of a wrong type",
        "patching: merge of a whole that is none",
        "patching: strategic merge of a wrong type",
      ),
      ...["body.details.name", "body.details.kind"].flatMap((path) =>
        at(
          path,
          "patching: merge of a wrong type",
          "patching: merge of a whole that is none",
          "patching: strategic merge of a wrong type",
        ),
      ),
      ...at(
        "body.details.causes[*]*",
        "patching: merge of a wrong type into a custom resource",
        "kinds: a trial of wrong types",
      ),
      ...at(
        "body.details.kind",
        "deleting: with another uid",
        "deleting: with another version",
        "deleting: of a subresource",
        "custom: delete with another uid",
        "protobuf: delete with another uid",
      ),
      ...at("body.details.group", "deleting: of a subresource"),
      ...at("body.details", "listing: get as XML"),
    ],
  },
  {
    name: "no-server-errors",
    places: at(
      "status",
      "writing: create with a resourceVersion",
      "writing: update with a version that is none",
      "patching: strategic merge without the key",
      "applying: of an unknown field",
      "applying: of a wrong type",
      "applying: a container twice",
      "applying: a trial of an unknown field",
      "deleting: with options of another kind",
      "deleting: with options that are text",
      "deleting: with a wrong type in the options",
      "listing: get with a bad version",
      "custom: create with a version",
      "custom: list from the future",
      "listing: list resourceVersion=999999999",
      "listing: get from the future",
      "watching: from a version that is none",
    ),
  },
  {
    name: "namespaces-on-demand",
    places: at(
      "status",
      "writing: create in a namespace there is not",
      "writing: get in a namespace there is not",
      "deleting: in a namespace there is not",
    ),
  },
  { name: "one-rule-for-collections", places: at("status", "custom: create everywhere") },
  { name: "yaml-order", places: at("body", "writing: get as YAML", "tables: table as YAML", "watching: as YAML") },
  { name: "either-patch", places: at("status", "patching: merge of a list", "patching: JSON patch that is an object") },
  {
    name: "status-writes-status",
    places: [
      ...at(
        "body.metadata.managedFields[*].fieldsV1.f:metadata",
        "patching: merge of the object through status",
        "patching: trial after the patches",
        "kinds: replace a pod's status",
        "kinds: a pod's status",
      ),
      ...at("body.metadata.labels", "kinds: replace a pod's status", "kinds: a pod's status"),
    ],
  },
  {
    name: "replaced-status",
    places: at("body.status.qosClass", "kinds: replace a pod's status", "kinds: a pod's status"),
  },
  {
    name: "no-empty-values",
    places: [
      ...at(
        "body.metadata.managedFields[1].fieldsV1.f:status.f:conditions.*",
        "patching: strategic merge of status",
        "patching: strategic merge into status conditions",
      ),
      ...at(
        "body.status.conditions[*].last*Time",
        "patching: strategic merge of status",
        "patching: strategic merge into status conditions",
        "applying: a pod's status",
      ),
      ...["kinds: an event", "tables: create in events"].flatMap((exchange) =>
        inside(exchange, "body.eventTime", "body.reportingComponent", "body.reportingInstance"),
      ),
      ...inside("kinds: the event through events.k8s.io", "body.eventTime"),
      ...inside(
        "kinds: an event through events.k8s.io",
        "body.deprecatedSource",
        "body.deprecatedFirstTimestamp",
        "body.deprecatedLastTimestamp",
      ),
      ...inside("kinds: it through the core group", "body.source", "body.firstTimestamp", "body.lastTimestamp"),
      ...inside(
        "kinds: events about a pod",
        "body.items[0].eventTime",
        "body.items[0].reporting*",
        "body.items[1].source",
        "body.items[1].*Timestamp",
      ),
    ],
  },
  {
    name: "the-store-decides",
    places: [
      ...at("body.metadata.generation", "writing: create with a creation time"),
      ...at("body.items[*].metadata.generation", "writing: list"),
    ],
  },
  { name: "lists-are-lists", places: at("body.items", "listing: list of trials as metadata") },
  { name: "names-may-be-anything", places: inside("listing: a name that climbs", "body.message", "body.details.*") },
  { name: "no-waiting-for-the-future", places: at("body[0]", "watching: from the future") },
  { name: "keys-are-needed", places: at("status", "applying: a container without its key") },
  {
    name: "collected-at-once",
    places: [
      ...at("body.metadata.finalizers[1]", "deleting: in the foreground"),
      ...at(
        "body.*",
        "deleting: and orphan the dependents",
        "checking: delete a namespace",
        "protobuf: delete a job in the foreground",
      ),
    ],
  },
  {
    name: "no-addresses",
    places: [
      "deleting: create a service",
      "deleting: a service",
      "tables: create in services",
      "kinds: a service",
      "kinds: a service's ports",
      "protobuf: a service",
    ].flatMap((exchange) =>
      inside(exchange, "body.spec.clusterIPs", "body.spec.ipFamilies", "body.spec.ipFamilyPolicy"),
    ),
  },
  { name: "jobs-take-their-pods", places: inside("deleting: a job", "headers.warning", "body.*") },
  {
    name: "no-retries-unless-asked",
    places: [
      ...inside(
        "kinds: jobs by their label",
        "body.items[0].spec.backoffLimit",
        "body.items[0].metadata.managedFields[0].fieldsV1.f:spec.f:backoffLimit",
      ),
      ...at(
        "body.rows[0].object.metadata.managedFields[0].fieldsV1.f:spec.f:backoffLimit",
        "tables: table of batch/v1/jobs",
      ),
      ...[
        "deleting: create a job",
        "tables: create in jobs",
        "kinds: a job",
        "kinds: a job's parallelism",
        "kinds: suspend a job",
        "kinds: a job's status",
        "kinds: a job with labels",
        "kinds: a job with its own name as label",
        "kinds: a job with a selector by hand",
      ].flatMap((exchange) =>
        inside(exchange, "body.spec.backoffLimit", "body.metadata.managedFields[0].fieldsV1.f:spec.f:backoffLimit"),
      ),
    ],
  },
  {
    name: "claims-are-folders",
    places: [
      ...at("body.metadata.finalizers", "tables: create in persistentvolumeclaims", "kinds: a claim"),
      ...at("body.rows[0].object.metadata.finalizers", "tables: table of persistentvolumeclaims"),
    ],
  },
  { name: "no-negative-limits", places: at("status", "listing: list limit=-1") },
  { name: "no-watch-path", places: at("status", "watching: as the old path") },
  { name: "column-texts", places: at("body*.columnDefinitions[*].description", "*") },
  {
    name: "wide-columns",
    places: [
      ...["experiments", "trials", "one trial"].flatMap((table) =>
        inside(`tables: table of ${table}`, "body.columnDefinitions[*]", "body.rows[0].cells[*]"),
      ),
      ...inside(
        "watching: trials as a table",
        "body[0].object.columnDefinitions[*]",
        "body[0].object.rows[0].cells[*]",
      ),
      ...inside("tables: table of definitions", "body.columnDefinitions[2]", "body.rows[*].cells[2]"),
    ],
  },
  {
    name: "warnings-with-hints",
    places: [
      ...at("headers.warning", "kinds: an experiment with an unknown field"),
      ...["Warn", "none"].flatMap((mode) =>
        at(
          "headers.warning",
          ...["field of a config map", "fields of a pod", "fields of a trial"].map(
            (what) => `checking: unknown ${what}, ${mode}`,
          ),
        ),
      ),
    ],
  },
  {
    name: "causes-of-unknown-fields",
    places: at(
      "body.details",
      "checking: unknown field of a config map, Strict",
      "checking: unknown fields of a pod, Strict",
      "checking: unknown fields of a trial, Strict",
      "checking: an unknown field of metadata",
      "checking: an unknown field of a trial's metadata",
    ),
  },
  { name: "unknown-fields-of-patches", places: at("status", "checking: an unknown field of a merge") },
  {
    name: "katib-admission",
    places: at("status", "kinds: an experiment without anything", "kinds: an experiment of a wrong type"),
  },
  {
    name: "replace-without-version",
    places: [...at("status", "kinds: replace an experiment without version")],
  },
  {
    name: "kind-from-the-path",
    places: at("status", "kinds: a suggestion", "checking: a trial without kind and version"),
  },
  { name: "an-object-is-an-object", places: at("status", "checking: a body that is null", "checking: data with null") },
  {
    name: "one-user",
    places: [
      ...at("body.metadata.managedFields", "checking: what one may do", "protobuf: a review"),
      ...at("status", "checking: what one may do with nothing"),
      ...inside("checking: who one is", "body.metadata.creationTimestamp", "body.status.userInfo.uid"),
    ],
  },
];
