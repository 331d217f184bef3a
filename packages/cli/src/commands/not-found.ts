import { didYouMean, listed, type ResourceKind } from "@qalam/api";
import { CommandError, EXIT } from "../command-error.ts";
import type { Home } from "../home/home.ts";

/** There is no object of a name: says where one is, which was probably meant, or what there is. */
export async function notFound(
  { store }: Pick<Home, "store">,
  kind: ResourceKind,
  name: string,
  namespace: string | undefined,
): Promise<CommandError> {
  const all = (await store.list(kind)).items.map(({ metadata }) => metadata);
  const place = namespace === undefined || !kind.namespaced ? "" : ` in namespace ${namespace}`;
  const elsewhere = all.filter((one) => one.name === name).map((one) => one.namespace);
  const names = all.map((one) => (kind.namespaced ? `${one.namespace}/${one.name}` : one.name));
  const near = didYouMean(
    name,
    all.map((one) => one.name),
  );
  const hint =
    elsewhere.length > 0
      ? `there is one in ${elsewhere.join(", ")}: add -n ${elsewhere[0]}`
      : (near ?? (all.length === 0 ? "there are none" : `there are ${listed(names)}`));
  return new CommandError(`${kind.singular} "${name}" not found${place}; ${hint}`, EXIT.failed);
}
