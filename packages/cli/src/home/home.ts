import type { ObjectKey } from "@qalam/api";
import type { ContainerLogs, ObservationQuery, ObservationRow, ObservationStore, ResourceStore } from "@qalam/store";

/**
 * Where the resources live, as every command sees it: a server in another process, or one inside this process. The words are the same.
 */
export interface Home {
  readonly store: ResourceStore;
  readonly observations: Pick<ObservationStore, "query" | "portions" | "summarize"> & {
    /** The rows there are and then new ones until the trial has ended; without a server only those there are. */
    follow(trial: ObjectKey, query: ObservationQuery, signal: AbortSignal): AsyncIterable<readonly ObservationRow[]>;
  };
  readonly logs: ContainerLogs;
  /** True when a server in another process has it: then things change while this command looks. */
  readonly isServed: boolean;
  /** For the user: the server's address or the data directory. */
  readonly where: string;
  close(): Promise<void>;
}

/** What a command needs: `read` opens the data only, `run` also controllers, runner and API server when no other process has them. */
export type HomeMode = "read" | "run";
