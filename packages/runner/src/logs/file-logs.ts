import { open } from "node:fs/promises";
import { type Clock, systemClock } from "@qalam/runtime";
import { type ContainerLogs, type LogOptions, NotFoundError } from "@qalam/store";
import { attemptsIn, containersIn, type PodName, podFolder, runPath } from "../container/run-paths.ts";
import { ArrivalTimes } from "./arrival-times.ts";
import { readLog } from "./read-log.ts";
import { stampLines } from "./stamp-lines.ts";

const CHUNK_BYTES = 64 * 1024;
const LF = 10;

/** Says whether a container may still write. */
export interface RunningContainers {
  /** Resolves when the container's current run has ended; undefined when none runs. */
  ended(podUid: string, container: string): Promise<unknown> | undefined;
}

/** Container output in files: readable while it is written and for as long as the pod object lives. */
export class FileLogs implements ContainerLogs {
  readonly #dataDirectory: string;
  readonly #running: RunningContainers;
  readonly #clock: Clock;

  constructor(
    dataDirectory: string,
    running: RunningContainers = { ended: () => undefined },
    clock: Clock = systemClock,
  ) {
    this.#dataDirectory = dataDirectory;
    this.#running = running;
    this.#clock = clock;
  }

  async *read(pod: PodName, options: LogOptions, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const container = options.container ?? containersIn(podFolder(this.#dataDirectory, pod))[0];
    if (container === undefined) throw new NotFoundError("logs of pods", pod.name);
    const path = this.#path(pod, container, options.previous === true);
    const isFollowed = options.follow === true && options.previous !== true;
    const ended = isFollowed ? this.#running.ended(pod.uid, container) : undefined;
    const start = Math.max(await sinceOffset(path, this.#since(options)), await tailOffset(path, options.tailLines));
    const bytes = readLog(path, { start, ...(ended && { ended }), ...(signal && { signal }) });
    const now = () => this.#clock.now().getTime();
    yield* limited(options.timestamps === true ? stampLines(bytes, start, path, now) : bytes, options.limitBytes);
  }

  #since({ sinceSeconds, sinceTime }: LogOptions): number | undefined {
    if (sinceSeconds !== undefined) return this.#clock.now().getTime() - sinceSeconds * 1000;
    return sinceTime === undefined ? undefined : Date.parse(sinceTime);
  }

  #path(pod: PodName, container: string, previous: boolean): string {
    const folder = podFolder(this.#dataDirectory, pod);
    const attempt = attemptsIn(folder, container, "log").at(previous ? -2 : -1);
    if (attempt === undefined)
      throw new NotFoundError(`${previous ? "previous " : ""}log of container "${container}" in pod`, pod.name);
    return `${runPath(folder, container, attempt)}.log`;
  }
}

/** Where the first line begins that arrived at or after a time. A line that had begun before belongs to before. */
async function sinceOffset(path: string, since: number | undefined): Promise<number> {
  if (since === undefined) return 0;
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const offset = Math.min(size, ArrivalTimes.read(path).offsetSince(since));
    if (offset === 0) return 0;
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let position = offset - 1; position < size; position += CHUNK_BYTES) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, position);
      const end = buffer.subarray(0, bytesRead).indexOf(LF);
      if (end !== -1) return position + end + 1;
    }
    return size;
  } finally {
    await file.close();
  }
}

/** Where the last lines begin, found from the end so that a large log is not read. */
async function tailOffset(path: string, lines: number | undefined): Promise<number> {
  if (lines === undefined) return 0;
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (lines === 0) return size;
    let wanted = lines;
    let position = size;
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    while (position > 0) {
      const length = Math.min(CHUNK_BYTES, position);
      position -= length;
      await file.read(buffer, 0, length, position);
      for (let i = length - 1; i >= 0; i--) {
        if (buffer[i] !== LF || position + i === size - 1) continue;
        wanted -= 1;
        if (wanted === 0) return position + i + 1;
      }
    }
    return 0;
  } finally {
    await file.close();
  }
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
