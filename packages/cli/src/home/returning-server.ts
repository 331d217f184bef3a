import { type Backoff, exponentialBackoff } from "@qalam/client";
import type { LockHolder } from "@qalam/store";
import { readLockHolder } from "@qalam/store/sqlite";

/** Serves the data directory from this process. @returns the address; undefined when another process was faster */
export type TakeOver = () => Promise<string | undefined>;

/** Attempts after which the user is told, of a server that another command will most often replace at once. */
const PATIENT_ATTEMPTS = 5;

/** The server of a data directory, which may be stopped and started again, at another port too. */
export class ReturningServer {
  readonly #path: string;
  readonly #say: (line: string) => void;
  readonly #takeOver: TakeOver | undefined;
  #address: string;
  #isPassing: boolean;
  #isMissed = false;
  #takingOver: Promise<string | undefined> | undefined;

  /**
   * @param holder who serves now @param say tells the user, once, that a command waits for the server
   * @param takeOver for commands that go on as the server themselves, when it ended with the command that hosted it
   */
  constructor(
    path: string,
    holder: LockHolder & { readonly address: string },
    say: (line: string) => void,
    takeOver?: TakeOver,
  ) {
    this.#path = path;
    this.#address = holder.address;
    this.#isPassing = holder.passing === true;
    this.#say = say;
    this.#takeOver = takeOver;
  }

  get address(): string {
    return this.#address;
  }

  /** Between two attempts to go on with a watch. */
  readonly backoff: Backoff = async (retry) => {
    const patience = this.#takeOver !== undefined && this.#isPassing ? PATIENT_ATTEMPTS : 0;
    // Not at the first break: connections on which nothing happens for minutes are given up by the platform.
    if (retry.attempt > patience && !this.#isMissed) {
      this.#isMissed = true;
      this.#say(
        `The server at ${this.#address} does not answer; this goes on when it is started again (Ctrl-C ends it) …`,
      );
    }
    await exponentialBackoff(retry);
    if (retry.signal?.aborted !== true) await this.#find();
  };

  async #find(): Promise<void> {
    const holder = holderOf(this.#path);
    if (holder === "nobody") this.#address = (await this.#succeed()) ?? this.#address;
    else if (holder?.address !== undefined) {
      this.#address = holder.address;
      this.#isPassing = holder.passing === true;
    }
  }

  /** Several watches of one command find out at the same time. */
  async #succeed(): Promise<string | undefined> {
    if (this.#takeOver === undefined || !this.#isPassing) return undefined;
    this.#takingOver ??= this.#takeOver();
    const address = await this.#takingOver;
    if (address === undefined) this.#takingOver = undefined;
    return address;
  }
}

function holderOf(path: string): LockHolder | "nobody" | undefined {
  try {
    return readLockHolder(path) ?? "nobody";
  } catch {
    return undefined; // a server that is just starting has not said where it is
  }
}
