import type { StreamCollector } from "@qalam/collectors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** The promises of the StreamCollector contract. @param sample bytes in which the collector finds something */
export function describeStreamCollector(name: string, create: () => StreamCollector, sample: Uint8Array): void {
  const collect = (chunks: readonly Uint8Array[]) => {
    const collector = create();
    return [...chunks.flatMap((chunk) => collector.push(chunk)), ...collector.end()];
  };

  describe(`${name} keeps the collector contract`, () => {
    it("finds the same rows however the bytes are cut", () => {
      const whole = collect([sample]);
      expect(whole.length).toBeGreaterThan(0);
      fc.assert(
        fc.property(fc.array(fc.nat(sample.length), { maxLength: 12 }), (cuts) => {
          const edges = [0, ...cuts.sort((a, b) => a - b), sample.length];
          expect(collect(edges.slice(1).map((end, i) => sample.subarray(edges[i] as number, end)))).toEqual(whole);
        }),
        { seed: 4 },
      );
    });

    it("gives each row of a metric a sequence of its own", () => {
      const rows = collect([sample]);
      expect(new Set(rows.map(({ metric, sequence }) => `${metric} ${sequence}`)).size).toBe(rows.length);
    });

    it("never throws, whatever the bytes", () => {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (chunks) => {
          expect(Array.isArray(collect(chunks))).toBe(true);
        }),
        { seed: 5 },
      );
    });
  });
}
