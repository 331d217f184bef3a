import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TextCollector } from "../src/index.ts";
import { PatternSearch, SignSearch } from "../src/line-search.ts";
import { scanAssignments } from "../src/scan-assignments.ts";
import { scanFilters } from "../src/scan-filters.ts";
import { StepReader } from "../src/step-reader.ts";

const KATIB_FILTER = "([\\w|-]+)\\s*=\\s*([+-]?\\d*(\\.\\d+)?([Ee][+-]?\\d+)?)";
const NAMES = ["loss", "val/acc é", "a"];

type Row = readonly [metric: string, value: string, step: number | undefined];

/** Every line cut, decoded and read, as slowly as can be. */
function readEveryLine(text: string, filters: readonly string[]): Row[] {
  const scan = filters.length === 0 ? scanAssignments(NAMES) : scanFilters(filters);
  const steps = new StepReader();
  const rows: Row[] = [];
  for (const line of text.split(/[\r\n]/)) {
    const step = steps.read(line);
    scan(line, (name, value) => {
      if (NAMES.includes(name) && value !== "") rows.push([name, value, step]);
    });
  }
  return rows;
}

/** The objective is found first: until then the search is another one. */
const FIRST = "loss=1\nloss: 1\n";

function collect(text: string, filters: readonly string[], chunk: number): Row[] {
  const collector = new TextCollector(NAMES, filters);
  const bytes = Buffer.from(text);
  const rows = collector.push(Buffer.from(FIRST));
  for (let from = 0; from < bytes.length; from += chunk)
    rows.push(...collector.push(bytes.subarray(from, from + chunk)));
  return [...rows, ...collector.end()].map(({ metric, value, step }) => [metric, value, step]);
}

const name = fc.constantFrom(
  ...["loss", "val/acc é", "a", "LOSS", "x", "loss|"],
  ...["epoch", "Epoch", "global_step", "STEP", "iteration", '"step"', '"Iteration"', "steps", "ste"],
);
const gap = fc.constantFrom("", "", " ", "\t", "\v ", "\u00a0", "\u2003", '"');
const sign = fc.constantFrom("=", "=", ":", "==", "");
const value = fc.constantFrom("1", "0.5", "7", "-1e-3", "nan", "3,5", "");
const assignment = fc
  .tuple(fc.constantFrom("", "", " ", "x", "12:00:01 "), name, gap, sign, gap, value)
  .map((parts) => parts.join(""));
const line = fc.oneof(
  { weight: 5, arbitrary: fc.array(assignment, { minLength: 1, maxLength: 2 }).map((all) => all.join(" ")) },
  { weight: 1, arbitrary: fc.constantFrom("", "2026-01-01 12:00:00 batch 5 of 7 done in 0.1 s", "k=v ".repeat(50)) },
);
const end = fc.constantFrom("\n", "\n", "\n", "\r\n", "\r");
/** Signs are rare or dense from run to run. */
const log = fc
  .tuple(fc.array(fc.tuple(line, end), { maxLength: 60 }), fc.constantFrom("", `${"no sign here ".repeat(60)}\n`))
  .map(([lines, between]) => lines.map(([text, ending]) => text + ending + between).join(""));

describe("the search for lines that matter", () => {
  it.each([
    ["the default filter", []],
    ["Katib's filter", [KATIB_FILTER]],
    ["a filter of the user's", ["([\\w/é ]+?)\\s*:\\s*([-+.\\w]+)"]],
    ["several filters", [KATIB_FILTER, "(loss)(\\d)"]],
  ])("finds with %s what reading every line finds, in whatever chunks", (_name, filters) => {
    const chunk = fc.oneof(fc.integer({ min: 1, max: 80 }), fc.constantFrom(1000, 1 << 20));
    fc.assert(
      fc.property(log, chunk, (text, size) => {
        expect(collect(text, filters, size)).toEqual(readEveryLine(FIRST + text, filters));
      }),
      { seed: 5, numRuns: 1000 },
    );
  });

  it("finds a step that only lines without a metric name, however far before", () => {
    const quiet = "2026-01-01 12:00:00 nothing of note\n".repeat(20_000);
    const text = `Epoch : 3\n${quiet}"iteration": 4\n${quiet}loss=0.5\n`;
    expect(collect(text, [], 1 << 18)).toEqual([
      ["loss", "1", undefined],
      ["loss", "0.5", 4],
    ]);
  });

  it("hands over to the pattern where signs are dense, not where one sign is seen to be far away", () => {
    class CountedSearch extends PatternSearch {
      starts = 0;
      override start(run: Buffer): void {
        this.starts += 1;
        super.start(run);
      }
    }
    const startsOn = (run: string): number => {
      const pattern = new CountedSearch(["loss"]);
      const search = new SignSearch(["loss"], [], pattern);
      search.start(Buffer.from(run));
      expect(search.lineAround(search.next(0))).toEqual([0, 8]);
      search.next(9);
      return pattern.starts;
    };
    expect(
      startsOn(
        `loss=0.5\n${"12:00:01 a batch was done and another one was begun, all well so far, no sign of trouble anywhere to be seen\n".repeat(5000)}`,
      ),
    ).toBe(0);
    expect(startsOn(`loss=0.5\n${"k=v ".repeat(5000)}\n`)).toBe(1);
  });
});
