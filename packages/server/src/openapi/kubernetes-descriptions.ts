import type { Schema } from "@qalam/api";
import { podDescriptions } from "./pod-descriptions.ts";

/** Texts by definition and field; "" is the definition itself, "*" a field without a text of its own. */
export type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Fields that mean the same wherever they stand. */
const common: Readonly<Record<string, string>> = {
  apiVersion: "Version of the API in which the object is written.",
  kind: "Kind of the object.",
  metadata: "Name, namespace, labels and what the server notes of the object.",
  lastProbeTime: "When it was looked at last.",
  lastTransitionTime: "When it became so.",
  reason: "Why, in one word.",
  message: "Why, for people.",
};

const objectDescriptions: Descriptions = {
  "core/v1.ConfigMap": {
    "": "Texts by key: settings, scripts, Katib's trial templates.",
    data: "Texts by key. A key consists of letters, digits, -, _ and .",
    binaryData: "Bytes by key, as base64.",
    immutable: "Whether its data can no longer change.",
  },
  "core/v1.Secret": {
    "": "Bytes by key that are nobody else's business: logins, tokens. Kept in the server's database, readable by its owner.",
    data: "Bytes by key, as base64.",
    stringData: "Texts by key, which the server writes to data. Never read back.",
    type: "What it is for. Opaque unless given.",
    immutable: "Whether its data can no longer change.",
  },
  "core/v1.Service": {
    "": "A name for the ports of pods. On a laptop it is kept, and nothing listens: programs reach each other on the loopback interface.",
    spec: "Which pods and which of their ports.",
    status: "Addresses from outside: none on a laptop.",
  },
  "core/v1.ServiceSpec": {
    "*": "For clusters. Kept as written.",
    selector: "Labels of the pods.",
    ports: "The ports.",
    type: "ClusterIP, NodePort, LoadBalancer or ExternalName. ClusterIP unless given.",
    clusterIP: "Address in the cluster. None for a service without one.",
    externalName: "The name that an ExternalName stands for.",
    sessionAffinity: "ClientIP or None.",
  },
  "core/v1.ServicePort": {
    "": "A port of a service.",
    name: "Name within the service.",
    port: "Its number.",
    targetPort: "Number or name of the pods' port. The same number unless given.",
    protocol: "TCP, UDP or SCTP. TCP unless given.",
    nodePort: "Port on the machines of a cluster.",
    appProtocol: "What is spoken on it.",
  },
  "core/v1.PersistentVolumeClaim": {
    "": "A wish for a folder that outlives pods. On a laptop the folder lies in the data directory, and is there at once.",
    spec: "How large and how it may be used.",
    status: "Whether it has a volume.",
  },
  "core/v1.PersistentVolumeClaimSpec": {
    "*": "For clusters. Kept as written.",
    accessModes: "ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod. At least one.",
    resources: "How much is wanted: requests.storage. Not enforced on a laptop.",
    storageClassName: "Kind of storage in a cluster.",
    volumeMode: "Filesystem or Block. Filesystem unless given.",
    volumeName: "The volume in a cluster.",
  },
  "core/v1.PersistentVolumeClaimStatus": {
    "*": "For clusters. Kept as written.",
    phase: "Pending, Bound or Lost.",
    accessModes: "How the volume may be used.",
    capacity: "How large the volume is.",
  },
  "core/v1.VolumeResourceRequirements": {
    "": "How much is wanted.",
    requests: "The least: storage.",
    limits: "The most: storage.",
  },
  "core/v1.Namespace": {
    "": "A place for objects. Made with the first object in it; default and kubeflow are always there.",
    spec: "What keeps it.",
    status: "Whether it is being deleted.",
  },
  "core/v1.NamespaceSpec": { finalizers: "What must happen before it goes." },
  "core/v1.NamespaceStatus": {
    "*": "For clusters. Kept as written.",
    phase: "Active or Terminating.",
    conditions: "What keeps it from going.",
  },
  "core/v1.Event": {
    "": "Something that happened to an object, for people. kubectl describe shows them.",
    involvedObject: "What it happened to.",
    related: "Another object that has to do with it.",
    type: "Normal or Warning.",
    reason: "What happened, in one word.",
    message: "What happened, for people.",
    count: "How often.",
    firstTimestamp: "When it happened first.",
    lastTimestamp: "When it happened last.",
    eventTime: "When it happened, with microseconds.",
    source: "Who noticed.",
    reportingComponent: "Who noticed: a controller.",
    reportingInstance: "Which of several.",
    action: "What was done about it.",
    series: "How often and until when, for what goes on.",
  },
  "events/v1.Event": {
    "": "Something that happened to an object: the core group's events, under newer names.",
    regarding: "What it happened to.",
    related: "Another object that has to do with it.",
    type: "Normal or Warning.",
    reason: "What happened, in one word.",
    note: "What happened, for people.",
    eventTime: "When it happened, with microseconds.",
    reportingController: "Who noticed.",
    reportingInstance: "Which of several.",
    action: "What was done about it.",
    series: "How often and until when, for what goes on.",
    deprecatedCount: "How often, in the core group's events.",
    deprecatedFirstTimestamp: "When it happened first, in the core group's events.",
    deprecatedLastTimestamp: "When it happened last, in the core group's events.",
    deprecatedSource: "Who noticed, in the core group's events.",
  },
  "core/v1.EventSource": { "": "Who noticed.", component: "A controller.", host: "The machine." },
  "core/v1.ObjectReference": {
    "": "An object.",
    name: "Its name.",
    namespace: "Its namespace.",
    uid: "Its uid.",
    resourceVersion: "Its version.",
    fieldPath: "A part of it.",
  },
  "meta/v1.ObjectMeta": {
    "": "What every object has.",
    name: "Its name, unique among the kind's objects of the namespace. It cannot change.",
    generateName: "Beginning of a name whose end the server makes, when there is no name.",
    namespace: "Where it lives. default unless given; it cannot change.",
    labels: "Short texts by key, by which objects are selected.",
    annotations: "Texts by key for tools and people, by which nothing is selected.",
    uid: "Unique in time and space. Set by the server.",
    resourceVersion: "The version of the object. An update that names an older one is refused.",
    generation: "Counts the changes of what is wanted. Set by the server.",
    creationTimestamp: "When it was made. Set by the server.",
    deletionTimestamp: "When its deletion was asked for. Set by the server.",
    deletionGracePeriodSeconds: "Seconds that it has to end. Set by the server.",
    finalizers: "What must happen before it goes. Each is taken away by who did it.",
    ownerReferences: "Objects that it belongs to. It goes when all of them have gone.",
    managedFields: "Who set which field. Kept by the server, for apply.",
    selfLink: "No longer used.",
  },
  "meta/v1.OwnerReference": {
    "": "An object that another belongs to, in the same namespace.",
    name: "Its name.",
    uid: "Its uid.",
    controller: "Whether it manages the object.",
    blockOwnerDeletion: "Whether the owner stays, when it is deleted in the foreground, until this object has gone.",
  },
  "meta/v1.LabelSelector": {
    "": "Which objects, by their labels. Both parts must fit.",
    matchLabels: "Labels that they have.",
    matchExpressions: "What else is asked of their labels.",
  },
  "meta/v1.LabelSelectorRequirement": {
    "": "What is asked of a label.",
    key: "Its key.",
    operator: "In, NotIn, Exists or DoesNotExist.",
    values: "For In and NotIn.",
  },
  "meta/v1.ManagedFieldsEntry": {
    "": "The fields that one writer set.",
    manager: "Who.",
    operation: "Apply or Update.",
    subresource: "Through which subresource.",
    time: "When.",
    fieldsType: "FieldsV1.",
    fieldsV1: "The fields, as a tree.",
  },
};

/** Texts on Kubernetes' definitions, for `kubectl explain`. */
export const kubernetesDescriptions: Descriptions = { ...objectDescriptions, ...podDescriptions };

/** One of Kubernetes' definitions with texts for it and its fields. @param name `core/v1.Pod` */
export function describedDefinition(name: string, schema: Schema): Schema {
  const own = kubernetesDescriptions[name] ?? {};
  const { properties } = schema;
  const described = (field: string, member: Schema): Schema => {
    const description = own[field] ?? common[field] ?? own["*"];
    return description === undefined ? member : { ...member, description };
  };
  return {
    ...schema,
    ...(own[""] !== undefined && { description: own[""] }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([field, member]) => [field, described(field, member)]),
      ),
    }),
  };
}
