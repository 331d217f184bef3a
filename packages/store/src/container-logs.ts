/**
 * Output of containers, readable while they run and after they ended. The runner implements it over files; the API server serves it as
 * `pods/<name>/log`.
 */
export interface ContainerLogs {
  /**
   * The output as bytes, as written by the container. Ends at the end of the log, or with `follow` when the container has ended or `signal` aborts.
   * @throws NotFoundError when the pod has no such container or log
   */
  read(
    pod: { namespace: string; name: string; uid: string },
    options: LogOptions,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array>;
}

export interface LogOptions {
  /** Defaults to the pod's only or first container. */
  readonly container?: string;
  readonly follow?: boolean;
  /** Last lines only. */
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** RFC 3339. */
  readonly sinceTime?: string;
  /** Prefixes each line with the time it was seen (RFC 3339, nanoseconds). */
  readonly timestamps?: boolean;
  /** Output of the container's run before the last restart. */
  readonly previous?: boolean;
  readonly limitBytes?: number;
}
