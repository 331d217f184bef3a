import { NAMESPACE, type ResourceKind } from "@qalam/api";
import { namespaceKey } from "./namespaces.ts";
import { ObjectGraph } from "./object-graph.ts";
import { kindId } from "./object-place.ts";
import { type Entry, ResourceTable } from "./resource-table.ts";

/** Everything a store knows: a table per kind, and who owns whom. */
export class ResourceState {
  readonly #tables = new Map<string, ResourceTable>();
  readonly graph = new ObjectGraph();
  /** Version of the newest committed change. */
  version = 0;

  table(kind: ResourceKind): ResourceTable {
    return this.tableById(kindId(kind));
  }

  tableById(id: string): ResourceTable {
    let table = this.#tables.get(id);
    if (table === undefined) {
      table = new ResourceTable(id);
      this.#tables.set(id, table);
    }
    return table;
  }

  tables(): Iterable<ResourceTable> {
    return this.#tables.values();
  }

  namespace(name: string): Entry | undefined {
    return this.table(NAMESPACE).get(namespaceKey(name));
  }
}
