import { CommandError, EXIT } from "./command-error.ts";

/** Name of Qalam's cluster, user and context in a kubeconfig. */
const NAME = "qalam";

interface Named {
  readonly name: string;
  readonly [key: string]: unknown;
}

/** The parts of a kubeconfig that matter here; all others are kept as they are. */
export interface Kubeconfig {
  readonly clusters?: readonly Named[] | null;
  readonly users?: readonly Named[] | null;
  readonly contexts?: readonly Named[] | null;
  readonly [key: string]: unknown;
}

/** A kubeconfig that reaches a server, with its token. */
export function newKubeconfig(server: string, token: string): Required<Kubeconfig> {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: NAME, cluster: { server: `${server}/t/${token}` } }],
    users: [{ name: NAME, user: { token } }],
    contexts: [{ name: NAME, context: { cluster: NAME, user: NAME, namespace: "default" } }],
    "current-context": NAME,
  };
}

/** What is in `existing` with Qalam's entries added or replaced; its context becomes the current one. @throws CommandError when it is no kubeconfig */
export function mergeKubeconfig(existing: unknown, added: Required<Kubeconfig>, where: string): Kubeconfig {
  if (existing === null || existing === undefined) return added;
  const known = existing as Kubeconfig;
  const lists = [known.clusters, known.users, known.contexts];
  const isKubeconfig = typeof existing === "object" && !Array.isArray(existing) && lists.every(isListOfNamed);
  if (!isKubeconfig)
    throw new CommandError(
      `${where} is not a kubeconfig, so it was left as it is: expected clusters, users and contexts as lists of objects with a name; name another file with --file`,
      EXIT.badInput,
    );
  return {
    ...known,
    ...added,
    clusters: merged(known.clusters, added.clusters),
    users: merged(known.users, added.users),
    contexts: merged(known.contexts, added.contexts),
  };
}

function isListOfNamed(list: unknown): boolean {
  return (
    (list ?? undefined) === undefined || (Array.isArray(list) && list.every((one) => typeof one?.name === "string"))
  );
}

function merged(known: readonly Named[] | null | undefined, added: readonly Named[] | null): readonly Named[] {
  const names = new Set(added?.map(({ name }) => name));
  return [...(known ?? []).filter(({ name }) => !names.has(name)), ...(added ?? [])];
}
