import type { StreamDiagnosis } from "@qalam/collectors";

/** Follows the place where a run reports its metrics, and stores them as they come. */
export interface MetricFollower {
  /** The run has ended. @returns when everything was read and stored */
  finish(): Promise<void>;
  /** Lets go; the next server begins anew. */
  release(): Promise<void>;
  diagnose(): SourceDiagnosis;
}

/** What was seen, to explain a metric that never arrived. */
export interface SourceDiagnosis {
  readonly diagnosis: StreamDiagnosis;
  /** How many files were read, when files were looked for. */
  readonly files?: number;
}
