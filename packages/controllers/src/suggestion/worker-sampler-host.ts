import { Worker } from "node:worker_threads";
import type { SamplerHost, SuggestionReply, SuggestionRequest } from "./sampler-host.ts";
import { progressAfter, type SessionProgress, sessionQuestion, sessionStart } from "./sampler-session.ts";
import { SettingsError } from "./settings-error.ts";
import type { FromWorker, ToWorker } from "./worker-messages.ts";

interface Call {
  readonly resolve: (reply: SuggestionReply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Runs search algorithms in a worker thread, so that an algorithm that thinks for seconds holds up nothing else. A worker that dies is replaced at the next
 * request, which starts from the stored state.
 */
export class WorkerSamplerHost implements SamplerHost {
  readonly #file: URL | string;
  readonly #calls = new Map<number, Call>();
  readonly #progress = new Map<string, SessionProgress>();
  /** The question each experiment waits for; gone when it was forgotten meanwhile. */
  readonly #asking = new Map<string, SuggestionRequest>();
  #worker: Worker | undefined;
  #lastCall = 0;

  /** @param file the built `sampler-worker.js` */
  constructor(file: URL | string) {
    this.#file = file;
  }

  async ask(request: SuggestionRequest): Promise<SuggestionReply> {
    const uid = request.experiment.metadata.uid ?? "";
    const known = this.#progress.get(uid);
    this.#progress.delete(uid); // it comes back with its answer
    const isWarm = this.#worker !== undefined && known?.made === request.made;
    const told = request.finished.length;
    const question = sessionQuestion(request, isWarm ? known.told : 0);
    this.#asking.set(uid, request);
    const reply = await this.#call({ uid, question, ...(!isWarm && { start: sessionStart(request) }) });
    if (this.#asking.get(uid) === request) this.#progress.set(uid, progressAfter(request, told, reply));
    return reply;
  }

  forget(experimentUid: string): void {
    this.#progress.delete(experimentUid);
    this.#asking.delete(experimentUid);
    this.#worker?.postMessage({ call: 0, uid: experimentUid } satisfies ToWorker);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#drop(new Error("the sampler host is closed"));
    await worker?.terminate();
  }

  #call(message: Omit<ToWorker, "call">): Promise<SuggestionReply> {
    const call = ++this.#lastCall;
    const worker = this.#worker ?? this.#start();
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject });
      worker.postMessage({ call, ...message } satisfies ToWorker);
    });
  }

  #start(): Worker {
    const worker = new Worker(this.#file);
    worker.unref();
    worker.on("message", (message: FromWorker) => this.#answered(message));
    const gone = (why: string): void => {
      if (this.#worker === worker) this.#drop(new Error(`the sampler worker ended: ${why}`));
    };
    worker.on("error", (error) => gone(error.message));
    worker.on("exit", (code) => gone(`exit status ${code}`));
    this.#worker = worker;
    return worker;
  }

  #answered(message: FromWorker): void {
    const call = this.#calls.get(message.call);
    this.#calls.delete(message.call);
    if ("reply" in message) call?.resolve(message.reply);
    else if (message.error.isSettings) call?.reject(new SettingsError(message.error.message));
    else call?.reject(new Error(message.error.message));
  }

  /** Every call under way fails; the next one starts a new worker. */
  #drop(error: Error): void {
    this.#worker = undefined;
    this.#progress.clear();
    this.#asking.clear();
    for (const { reject } of this.#calls.values()) reject(error);
    this.#calls.clear();
  }
}
