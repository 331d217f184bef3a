import { createSearchSpace, type FinishedTrial, type SamplerOptions } from "@qalam/algorithms";
import { describe, expect, it } from "vitest";
import { auto } from "../src/auto/auto.ts";
import { chooseMethod, GP_TRIALS } from "../src/auto/choose-method.ts";

const plane = createSearchSpace([
  { name: "x", type: "double", min: 0, max: 1, distribution: "uniform" },
  { name: "y", type: "double", min: 0, max: 1, distribution: "uniform" },
]);
const options: SamplerOptions = { space: plane, directions: ["minimize"], settings: {}, seed: 3 };

function finished(count: number): FinishedTrial[] {
  const sampler = auto.create({ ...options, seed: 9 });
  return sampler.ask(count, []).suggestions.map(({ id, point }) => ({
    id,
    point,
    state: "succeeded",
    values: [(point[0]! - 0.3) ** 2 + point[1]!],
  }));
}

describe("auto", () => {
  it("chooses by objectives, size of lists and finished trials", () => {
    const list = createSearchSpace([
      { name: "c", type: "categorical", values: Array.from({ length: 501 }, (_, i) => `v${i}`) },
    ]);
    expect(chooseMethod(options, 0).method).toBe("gp");
    expect(chooseMethod(options, GP_TRIALS - 1).method).toBe("gp");
    expect(chooseMethod(options, GP_TRIALS)).toEqual({
      method: "turbo",
      reason: `${GP_TRIALS} trials have finished`,
    });
    expect(chooseMethod({ ...options, constraints: 1 }, GP_TRIALS).method).toBe("multivariate-tpe");
    expect(chooseMethod({ ...options, constraints: 1 }, 0).method).toBe("gp");
    expect(chooseMethod({ ...options, space: list }, 0)).toMatchObject({ reason: "a list of 501 values" });
    expect(chooseMethod({ ...options, directions: ["minimize", "maximize"] }, 0).method).toBe("gp");
    const five = new Array<"minimize">(5).fill("minimize");
    expect(chooseMethod({ ...options, directions: five }, 0)).toEqual({
      method: "multivariate-tpe",
      reason: "5 objectives",
    });
  });

  it("says which method made a suggestion and why", () => {
    const [first] = auto.create(options).ask(1, []).suggestions;
    expect(first?.origin).toBe(`auto, as fewer than ${GP_TRIALS} trials have finished: gp: start design`);
  });

  it("goes on counting when another method takes over, lost suggestions included, also after a reload", () => {
    const start = () => auto.create(options);
    const never = start();
    never.ask(GP_TRIALS + 5, []); // the last five are lost
    const told = finished(GP_TRIALS);
    never.tell(told);
    const stopped = auto.create({ ...options, state: never.dump() });
    stopped.tell([...told].reverse());
    const answers = [never, stopped].map((sampler) => sampler.ask(3, []).suggestions);
    expect(answers[0]?.map(({ id }) => id)).toEqual([GP_TRIALS + 5, GP_TRIALS + 6, GP_TRIALS + 7]);
    expect(answers[0]?.[0]?.origin).toMatch(
      /^auto, as 300 trials have finished: turbo: highest expected improvement in a region of length 0.8/,
    );
    expect(answers[1]).toEqual(answers[0]);
  });
});
