import { EXPERIMENT, KINDS, type ResourceKind, SUGGESTION, TRIAL } from "@qalam/api";
import { katibSchema, structural } from "./kind-schemas.ts";

const printed: Readonly<Record<string, readonly [name: string, type: string, path: string][]>> = {
  [EXPERIMENT.kind]: [],
  [SUGGESTION.kind]: [
    ["Requested", "string", ".spec.requests"],
    ["Assigned", "string", ".status.suggestionCount"],
  ],
  [TRIAL.kind]: [],
};

/** The CustomResourceDefinitions of Katib's kinds (Katib behaviour 1.1), with full schemas. */
export function customResourceDefinitions(since: string): object[] {
  return KINDS.filter(({ group }) => group === EXPERIMENT.group).map((kind) => definition(kind, since));
}

function definition(kind: ResourceKind, since: string): object {
  const names = {
    plural: kind.plural,
    singular: kind.singular,
    kind: kind.kind,
    listKind: `${kind.kind}List`,
    categories: kind.categories,
  };
  const column = (name: string, type: string, jsonPath: string) => ({ name, type, jsonPath });
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${kind.plural}.${kind.group}`,
      creationTimestamp: since,
      generation: 1,
      resourceVersion: "1",
      uid: `crd-${kind.plural}`,
    },
    spec: {
      group: kind.group,
      names,
      scope: "Namespaced",
      conversion: { strategy: "None" },
      versions: [
        {
          name: kind.version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: structural(katibSchema(kind)) },
          subresources: { status: {} },
          additionalPrinterColumns: [
            column("Type", "string", ".status.conditions[-1:].type"),
            column("Status", "string", ".status.conditions[-1:].status"),
            ...(printed[kind.kind] ?? []).map(([name, type, path]) => column(name, type, path)),
            column("Age", "date", ".metadata.creationTimestamp"),
          ],
        },
      ],
    },
    status: {
      conditions: [
        {
          type: "NamesAccepted",
          status: "True",
          reason: "NoConflicts",
          message: "no conflicts found",
          lastTransitionTime: since,
        },
        {
          type: "Established",
          status: "True",
          reason: "InitialNamesAccepted",
          message: "the initial names have been accepted",
          lastTransitionTime: since,
        },
      ],
      acceptedNames: names,
      storedVersions: [kind.version],
    },
  };
}
