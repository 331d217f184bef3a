import { existsSync, readdirSync, watch } from "node:fs";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { type ContainerLogs, type LogOptions, NotFoundError } from "@qalam/store";
import { containerLog, type PodName, podLogFolder } from "./log-paths.ts";

const CHUNK_BYTES = 64 * 1024;
const LF = 10;

/** Says whether a container may still write, and calls back when it has ended. */
export interface RunningContainers {
  /** Resolves when the container's current run has ended; undefined when none runs. */
  ended(podUid: string, container: string): Promise<unknown> | undefined;
}

/** Container output in files: readable while it is written and for as long as the pod object lives. */
export class FileLogs implements ContainerLogs {
  readonly #dataDirectory: string;
  readonly #running: RunningContainers;

  constructor(dataDirectory: string, running: RunningContainers = { ended: () => undefined }) {
    this.#dataDirectory = dataDirectory;
    this.#running = running;
  }

  async *read(pod: PodName, options: LogOptions, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const container = options.container ?? this.#containers(pod)[0];
    if (container === undefined) throw new NotFoundError("logs of pods", pod.name);
    const path = this.#path(pod, container, options.previous === true);
    const bytes = limited(this.#stream(path, pod.uid, container, options, signal), options.limitBytes);
    yield* options.timestamps === true ? withTimes(bytes, new Date((await stat(path)).mtime)) : bytes;
  }

  async *#stream(
    path: string,
    podUid: string,
    container: string,
    options: LogOptions,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array> {
    const start = options.tailLines === undefined ? 0 : await tailOffset(path, options.tailLines);
    const since = sinceTime(options);
    if (since !== undefined && (await stat(path)).mtimeMs < since && options.follow !== true) return;
    yield* readFrom(path, start, options.follow === true ? this.#running.ended(podUid, container) : undefined, signal);
  }

  #containers(pod: PodName): string[] {
    const folder = podLogFolder(this.#dataDirectory, pod);
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }

  #path(pod: PodName, container: string, previous: boolean): string {
    const folder = join(podLogFolder(this.#dataDirectory, pod), container);
    const attempts = existsSync(folder)
      ? readdirSync(folder)
          .map((name) => Number.parseInt(name, 10))
          .filter(Number.isInteger)
          .sort((a, b) => a - b)
      : [];
    const attempt = attempts.at(previous ? -2 : -1);
    if (attempt === undefined)
      throw new NotFoundError(`${previous ? "previous " : ""}log of container "${container}" in pod`, pod.name);
    return containerLog(this.#dataDirectory, pod, container, attempt);
  }
}

/** Reads to the end; while `ended` is pending, goes on as the file grows. */
async function* readFrom(
  path: string,
  start: number,
  ended: Promise<unknown> | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const file = await open(path, "r");
  let wake: () => void = () => {};
  let changed = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const watcher = ended === undefined ? undefined : watch(path, () => wake());
  let isOver = ended === undefined;
  void ended?.finally(() => {
    isOver = true;
    wake();
  });
  const abort = () => wake();
  signal?.addEventListener("abort", abort);
  try {
    let position = start;
    while (signal?.aborted !== true) {
      const last = isOver;
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, position);
      position += bytesRead;
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      else if (last) return;
      else {
        if (!isOver) await changed;
        changed = new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    watcher?.close();
    await file.close();
  }
}

/** Where the last lines begin, found from the end so that a large log is not read. */
async function tailOffset(path: string, lines: number): Promise<number> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    let wanted = lines;
    let position = size;
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    while (position > 0 && wanted >= 0) {
      const length = Math.min(CHUNK_BYTES, position);
      position -= length;
      await file.read(buffer, 0, length, position);
      for (let i = length - 1; i >= 0; i--) {
        if (buffer[i] !== LF || position + i === size - 1) continue;
        wanted -= 1;
        if (wanted === 0) return position + i + 1;
      }
    }
    return lines === 0 ? size : 0;
  } finally {
    await file.close();
  }
}

function sinceTime({ sinceSeconds, sinceTime: text }: LogOptions): number | undefined {
  if (sinceSeconds !== undefined) return Date.now() - sinceSeconds * 1000;
  return text === undefined ? undefined : Date.parse(text);
}

async function* limited(source: AsyncIterable<Uint8Array>, limit: number | undefined): AsyncGenerator<Uint8Array> {
  let left = limit ?? Number.POSITIVE_INFINITY;
  for await (const chunk of source) {
    if (chunk.length >= left) {
      yield chunk.subarray(0, left);
      return;
    }
    left -= chunk.length;
    yield chunk;
  }
}

/** Lines are not stamped when written; the time the log last changed is the best that is known of each. */
async function* withTimes(source: AsyncIterable<Uint8Array>, time: Date): AsyncGenerator<Uint8Array> {
  const stamp = `${time.toISOString().replace("Z", "000000Z")} `;
  let atStart = true;
  for await (const chunk of source) {
    const text = Buffer.from(chunk).toString("latin1");
    const stamped = (atStart ? stamp : "") + text.replace(/\n(?!$)/g, `\n${stamp}`);
    atStart = text.endsWith("\n");
    yield Buffer.from(stamped, "latin1");
  }
}
