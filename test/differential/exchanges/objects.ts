import type { Exchange } from "../exchange.ts";

/** Path of a kind's objects. @param resource `pods`, `batch/v1/jobs` */
function collection(resource: string, namespace: string): string {
  const [group, version, plural] = resource.includes("/") ? resource.split("/") : ["", "v1", resource];
  return `${group === "" ? "/api" : `/apis/${group}`}/${version}/namespaces/${namespace}/${plural}`;
}

/** Makes the namespace that a table works in. */
export function inNamespace(name: string, exchanges: (at: (resource: string) => string) => Exchange[]): Exchange[] {
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  return [
    { name: `${name}: its namespace`, method: "POST", path: "/api/v1/namespaces", body },
    ...exchanges((resource) => collection(resource, name)).map((exchange) => ({
      ...exchange,
      name: `${name}: ${exchange.name}`,
    })),
  ];
}

export function configMap(name: string, data: object = {}, metadata: object = {}): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data };
}
