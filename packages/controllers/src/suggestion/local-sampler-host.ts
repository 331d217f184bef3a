import type { SamplerHost, SuggestionReply, SuggestionRequest } from "./sampler-host.ts";
import {
  progressAfter,
  SamplerSession,
  type SessionProgress,
  sessionQuestion,
  sessionStart,
} from "./sampler-session.ts";

/** Runs search algorithms in this process. Samplers stay warm between requests, so only what is new is told. */
export class LocalSamplerHost implements SamplerHost {
  readonly #sessions = new Map<string, { session: SamplerSession; progress: SessionProgress }>();

  async ask(request: SuggestionRequest): Promise<SuggestionReply> {
    const uid = request.experiment.metadata.uid ?? "";
    const known = this.#sessions.get(uid);
    this.#sessions.delete(uid); // it comes back with its answer: after an error it cannot be trusted
    // A count that differs: an earlier reply was not stored.
    const warm = known?.progress.made === request.made ? known : undefined;
    const session = warm?.session ?? new SamplerSession(sessionStart(request));
    const told = request.finished.length;
    const reply = session.answer(sessionQuestion(request, warm?.progress.told ?? 0));
    this.#sessions.set(uid, { session, progress: progressAfter(request, told, reply) });
    return reply;
  }

  forget(experimentUid: string): void {
    this.#sessions.delete(experimentUid);
  }

  async close(): Promise<void> {
    this.#sessions.clear();
  }
}
