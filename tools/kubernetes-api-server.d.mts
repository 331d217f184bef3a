/** Folder of `etcd` and `kube-apiserver`; undefined when they were not built on this machine. */
export function findKubernetesApiServer(): string | undefined;
/** The command that builds them. */
export const BUILD_COMMAND: string;
