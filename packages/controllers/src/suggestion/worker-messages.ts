import type { SuggestionReply } from "./sampler-host.ts";
import type { SessionQuestion, SessionStart } from "./sampler-session.ts";

/** To a sampler worker. Without a question the experiment is forgotten. */
export interface ToWorker {
  readonly call: number;
  readonly uid: string;
  /** Present when the worker has no session of this experiment, or none that is up to date. */
  readonly start?: SessionStart;
  readonly question?: SessionQuestion;
}

/** From a sampler worker: the answer to a call. */
export type FromWorker =
  | { readonly call: number; readonly reply: SuggestionReply }
  | { readonly call: number; readonly error: { readonly message: string; readonly isSettings: boolean } };
