import type { StoredJob } from "@qalam/api";
import { MemoryObservationStore, MemoryStore } from "@qalam/store/memory";
import { FakeClock } from "@qalam/testing";
import { describe, expect, it } from "vitest";
import { LocalSamplerHost, startControllers } from "../src/index.ts";
import { experiment } from "./builders.ts";
import { Home, parabola } from "./home.ts";
import { observedStore } from "./unreliable-store.ts";

/** Writes and bytes that the controllers cause per trial, when a trial takes 10 ms. */
async function costPerTrial(trials: number): Promise<{ writes: number; bytes: number; largest: number }> {
  const clock = new FakeClock();
  const store = new MemoryStore({ now: () => clock.now().getTime() });
  const observations = new MemoryObservationStore();
  let [writes, bytes, largest] = [0, 0, 0];
  const counted = observedStore(store, (write, make) => {
    writes += 1;
    bytes += write.bytes;
    if (write.kind === "Suggestion") largest = Math.max(largest, write.bytes);
    return make();
  });
  const train = (job: StoredJob) => {
    clock.advance(10);
    return parabola(job);
  };
  const home = new Home({ store, observations, train });
  const controllers = await startControllers({
    store: counted,
    observations,
    clock,
    samplers: new LocalSamplerHost(),
    onError: (where, error) => home.errors.push(`${where}: ${error.message}`),
  });
  await home.create(experiment("large", { maxTrialCount: trials, parallelTrialCount: 8 }));
  const done = await home.untilExperiment("large", "Succeeded");
  expect(done.status).toMatchObject({ trials, trialsSucceeded: trials });
  await controllers.close();
  await home.close();
  expect(home.errors).toEqual([]);
  return { writes: writes / trials, bytes: bytes / trials, largest };
}

describe("the cost of a trial", () => {
  it("is the same with 2,000 trials as with 200", async () => {
    const small = await costPerTrial(200);
    const large = await costPerTrial(2_000);
    // Beyond 2,000 events each new one also clears an old one away.
    expect(large.writes).toBeLessThan(small.writes * 1.5);
    expect(large.bytes).toBeLessThan(small.bytes * 1.25);
    expect(large.largest).toBeLessThan(64 * 1024);
  }, 180_000);
});
