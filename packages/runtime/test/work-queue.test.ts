import { ConflictError } from "@qalam/store";
import { FakeClock } from "@qalam/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Clock, WorkQueue } from "../src/index.ts";

/** A queue whose work is under the test's control. */
function queueOf(concurrency?: number) {
  const clock = new FakeClock() satisfies Clock;
  const begun: string[] = [];
  const errors: string[] = [];
  const open = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const queue = new WorkQueue({
    clock,
    process: (key) => {
      begun.push(key);
      expect(open.has(key)).toBe(false);
      return new Promise<void>((resolve, reject) => open.set(key, { resolve, reject })).finally(() => open.delete(key));
    },
    onError: (key, error, attempt) => errors.push(`${key} ${error.message} ${attempt}`),
    ...(concurrency !== undefined && { concurrency }),
  });
  /** Lets everything that is due happen. */
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { clock, queue, begun, errors, open, turn };
}

describe("a work queue", () => {
  it("works on a key once however often it is added, and again when it is added meanwhile", async () => {
    const { queue, begun, open, turn } = queueOf();
    for (let i = 0; i < 3; i++) queue.add("a");
    await turn();
    expect(begun).toEqual(["a"]);
    for (let i = 0; i < 3; i++) queue.add("a");
    await turn();
    expect(begun).toEqual(["a"]);
    open.get("a")?.resolve();
    await turn();
    expect(begun).toEqual(["a", "a"]);
  });

  it("works on no more keys at a time than its concurrency, in the order in which they came", async () => {
    const { queue, begun, open, turn } = queueOf(2);
    for (const key of ["a", "b", "c", "d"]) queue.add(key);
    await turn();
    expect(begun).toEqual(["a", "b"]);
    open.get("b")?.resolve();
    await turn();
    expect(begun).toEqual(["a", "b", "c"]);
  });

  it("tries again with growing delays up to half a minute, and from the start after a success", async () => {
    const { clock, queue, begun, errors, open, turn } = queueOf();
    queue.add("a");
    await turn();
    const delays: number[] = [];
    for (let i = 1; i <= 12; i++) {
      open.get("a")?.reject(new Error("no"));
      await turn();
      let waited = 0;
      for (let step = 25; begun.length === i; waited += step) {
        clock.advance(step);
        await turn();
      }
      delays.push(waited);
    }
    expect(delays).toEqual([50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
    expect(errors[2]).toBe("a no 3");
    open.get("a")?.resolve();
    await turn();
    queue.add("a");
    await turn();
    open.get("a")?.reject(new Error("no"));
    await turn();
    expect(errors.at(-1)).toBe("a no 1");
    clock.advance(50);
    await turn();
    expect(begun).toHaveLength(15);
  });

  it("tries again after a conflict without a word", async () => {
    const { clock, queue, begun, errors, open, turn } = queueOf();
    queue.add("a");
    await turn();
    open.get("a")?.reject(new ConflictError("trials", "a"));
    await turn();
    clock.advance(50);
    await turn();
    expect(begun).toEqual(["a", "a"]);
    expect(errors).toEqual([]);
  });

  it("keeps the earliest of several times for a key", async () => {
    const { clock, queue, begun, turn } = queueOf();
    queue.addAfter("a", 100);
    queue.addAfter("a", 10);
    queue.addAfter("a", 50);
    clock.advance(10);
    await turn();
    expect(begun).toEqual(["a"]);
    expect(clock.timers).toBe(0);
  });

  it("is idle when nothing waits or is worked on, and closes when work is done", async () => {
    const { clock, queue, begun, open, turn } = queueOf();
    await queue.idle();
    queue.add("a");
    queue.addAfter("b", 10);
    await turn();
    let isClosed = false;
    const closing = queue.close().then(() => {
      isClosed = true;
    });
    queue.add("a");
    queue.add("c");
    await turn();
    expect(isClosed).toBe(false);
    open.get("a")?.resolve();
    await closing;
    clock.advance(100);
    await turn();
    expect(begun).toEqual(["a"]);
  });

  it("never works on a key twice at a time and loses none, whatever happens", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom("add", "end", "fail"))),
        async (steps) => {
          const { clock, queue, begun, open, turn } = queueOf(2); // its work checks that no key is worked on twice
          const lastAdded = new Map<string, number>();
          for (const [key, step] of steps) {
            if (step === "add") {
              lastAdded.set(key, begun.length);
              queue.add(key);
            } else if (step === "end") open.get(key)?.resolve();
            else open.get(key)?.reject(new Error("no"));
            if (begun.length % 2 === 0) await turn();
          }
          for (let i = 0; i < 20; i++) {
            clock.advance(60_000);
            for (const { resolve } of open.values()) resolve();
            await turn();
          }
          expect(queue.isIdle).toBe(true);
          for (const [key, before] of lastAdded) expect(begun.lastIndexOf(key)).toBeGreaterThanOrEqual(before);
        },
      ),
    ));
});
