import type { Algorithm, FinishedTrial, SamplerOptions, SearchSpace, SuggestedTrial } from "@qalam/algorithms";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ZOO } from "./search-space-zoo.ts";

export interface SamplerSuiteOptions {
  /** Spaces of the zoo the algorithm refuses, with the reason. */
  readonly refuses?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, string>>;
}

/** The promises of the Sampler contract, for one algorithm over the whole zoo of search spaces. */
export function describeSampler(algorithm: Algorithm, { refuses = {}, settings = {} }: SamplerSuiteOptions = {}): void {
  const spaces = Object.entries(ZOO).filter(([name]) => refuses[name] === undefined);
  const ordinary = (refuses.mixed === undefined ? ZOO.mixed : ZOO.finite) as SearchSpace;
  const options = (space: SearchSpace, more: Partial<SamplerOptions> = {}): SamplerOptions => ({
    space,
    directions: ["minimize"],
    settings,
    seed: 42,
    ...more,
  });

  describe(`${algorithm.name} keeps the sampler contract`, () => {
    for (const [name, space] of spaces) {
      it(`suggests only valid values, on step and in their written form (${name})`, () => {
        const { suggestions } = algorithm.create(options(space)).ask(64, []);
        for (const { point } of suggestions) {
          const unit = space.encode(point);
          const again = space.encode(space.decode(unit));
          expect(unit.every((u, i) => Math.abs(u - (again[i] as number)) < 1e-9)).toBe(true);
          expect(space.isFeasible(point)).toBe(true);
          expect(space.key(space.parse(space.format(point)) ?? new Float64Array())).toBe(space.key(point));
        }
      });

      it(`is the same again from the same seed (${name})`, () => {
        expect(keys(space, algorithm.create(options(space)).ask(20, []).suggestions)).toEqual(
          keys(space, algorithm.create(options(space)).ask(20, []).suggestions),
        );
      });

      it(`makes no duplicates in batches of 1 to 64, and exhausts a finite space (${name})`, () => {
        fc.assert(
          fc.property(fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 6 }), (batches) => {
            const sampler = algorithm.create(options(space));
            const seen: string[] = [];
            for (const batch of batches) {
              const { suggestions, exhausted } = sampler.ask(batch, []);
              seen.push(...keys(space, suggestions));
              if (exhausted) {
                expect(sampler.ask(1, []).suggestions).toEqual([]);
                expect(seen).toHaveLength(feasibleSize(space));
                break;
              }
              expect(suggestions.length).toBe(batch);
            }
            expect(new Set(seen).size).toBe(seen.length);
          }),
          { seed: 1, numRuns: 15 },
        );
      });
    }

    it("goes on from its dump as if it had never stopped, told in any order and twice", () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 12 }),
          fc.integer({ min: 1, max: 12 }),
          fc.integer(),
          fc.constantFrom(...spaces.map(([, space]) => space)),
          (first, second, shuffleSeed, space) => {
            const whole = algorithm.create(options(space));
            const before = whole.ask(first, []).suggestions;
            const [told, pending] = [
              before.filter((_, i) => i % 2 === 0).map((one, i) => finished(one, i)),
              before.filter((_, i) => i % 2 === 1),
            ];
            whole.tell(told);
            const resumed = algorithm.create(options(space, { state: JSON.parse(JSON.stringify(whole.dump())) }));
            const shuffled = [...told].sort((a, b) => hash(a.id, shuffleSeed) - hash(b.id, shuffleSeed));
            resumed.tell(shuffled);
            resumed.tell(shuffled.slice(0, 1));
            expect(answerOf(space, resumed.ask(second, pending))).toEqual(answerOf(space, whole.ask(second, pending)));
          },
        ),
        { seed: 2, numRuns: 40 },
      );
    });

    it("numbers suggestions one after the other", () => {
      const sampler = algorithm.create(options(ordinary));
      const ids = [3, 1, 4].flatMap((count) => sampler.ask(count, []).suggestions.map(({ id }) => id));
      expect(ids).toEqual(ids.map((_, i) => i));
    });

    it("takes failed, early-stopped, infinite, NaN and equal results", () => {
      const space = ordinary;
      const sampler = algorithm.create(options(space));
      const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, 1, 1, 1];
      const { suggestions } = sampler.ask(values.length + 2, []);
      sampler.tell(
        suggestions.map((one, i) =>
          i < values.length
            ? { ...one, state: "succeeded" as const, values: [values[i] as number] }
            : i === values.length
              ? { ...one, state: "failed" as const, values: [] }
              : { ...one, state: "early-stopped" as const, values: [2] },
        ),
      );
      expect(sampler.ask(5, []).suggestions).toHaveLength(5);
    });

    it("finds the same points when maximising the negative", () => {
      const space = ordinary;
      const run = (direction: "minimize" | "maximize") => {
        const sampler = algorithm.create(options(space, { directions: [direction] }));
        return [1, 2, 3].flatMap(() => {
          const { suggestions } = sampler.ask(4, []);
          sampler.tell(
            suggestions.map((one) => ({
              ...one,
              state: "succeeded" as const,
              values: [(direction === "minimize" ? 1 : -1) * (one.point[1] as number)],
            })),
          );
          return keys(space, suggestions);
        });
      };
      expect(run("maximize")).toEqual(run("minimize"));
    });

    it.runIf(algorithm.supports.initialPoints === true)("tries the given points first", () => {
      const space = ZOO.finite as SearchSpace;
      const initial = [space.at(7), space.at(3)];
      const { suggestions } = algorithm.create(options(space, { initialPoints: initial })).ask(4, []);
      expect(keys(space, suggestions).slice(0, 2)).toEqual(initial.map((point) => space.key(point)));
    });

    for (const [name, reason] of Object.entries(refuses)) {
      it(`refuses the space "${name}" with a reason (${reason})`, () => {
        const space = ZOO[name] as SearchSpace;
        const problems = [
          ...(algorithm.check?.(options(space)) ?? []),
          ...(space.parameters.some(({ activeWhen }) => activeWhen !== undefined) &&
          algorithm.supports.conditions !== true
            ? ["conditions"]
            : []),
        ];
        expect(problems).not.toEqual([]);
      });
    }
  });
}

function keys(space: SearchSpace, suggestions: readonly SuggestedTrial[]): string[] {
  return suggestions.map(({ point }) => space.key(point));
}

function answerOf(
  space: SearchSpace,
  { suggestions, exhausted }: { suggestions: readonly SuggestedTrial[]; exhausted: boolean },
) {
  return {
    exhausted,
    suggestions: suggestions.map(({ id, point, labels }) => ({ id, key: space.key(point), labels })),
  };
}

function finished(suggestion: SuggestedTrial, i: number): FinishedTrial {
  return i % 3 === 2
    ? { ...suggestion, state: "failed", values: [] }
    : { ...suggestion, state: "succeeded", values: [Math.sin(i)] };
}

function feasibleSize(space: SearchSpace): number {
  return Array.from({ length: space.size }, (_, i) => space.at(i)).filter((point) => space.isFeasible(point)).length;
}

function hash(id: number, seed: number): number {
  return Math.imul(id + 1, seed | 1) >>> 0;
}
