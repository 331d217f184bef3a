import { type Backoff, exponentialBackoff } from "@qalam/client";
import { readLockHolder } from "@qalam/store/sqlite";

/** The server of a data directory, which may be stopped and started again, at another port too. */
export class ReturningServer {
  readonly #path: string;
  readonly #say: (line: string) => void;
  #address: string;
  #isMissed = false;

  /** @param say tells the user, once, that a command waits for the server */
  constructor(path: string, address: string, say: (line: string) => void) {
    this.#path = path;
    this.#address = address;
    this.#say = say;
  }

  get address(): string {
    return this.#address;
  }

  /** Between two attempts to go on with a watch. */
  readonly backoff: Backoff = async (retry) => {
    // Not at the first break: connections on which nothing happens for minutes are given up by the platform.
    if (retry.attempt > 0 && !this.#isMissed) {
      this.#isMissed = true;
      this.#say(
        `The server at ${this.#address} does not answer; this goes on when it is started again (Ctrl-C ends it) …`,
      );
    }
    await exponentialBackoff(retry);
    this.#address = addressOf(this.#path) ?? this.#address;
  };
}

function addressOf(path: string): string | undefined {
  try {
    return readLockHolder(path)?.address;
  } catch {
    return undefined; // a server that is just starting has not said where it is
  }
}
