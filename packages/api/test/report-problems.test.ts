import { describe, expect, it } from "vitest";
import { reportProblems } from "../src/index.ts";

describe("reportProblems", () => {
  const linesOf = (sourceLine: string, column: number): string[] =>
    reportProblems([
      {
        location: { file: "e.json", line: 12, column, sourceLine },
        problem: {
          problem: "is wrong",
          reason: "FieldValueInvalid",
          location: { file: "e.json", line: 12, column, sourceLine },
        },
      },
    ]).split("\n");

  it("marks the spot below the line", () => {
    expect(linesOf("spec: bad", 7)).toEqual([
      "e.json:12:7: is wrong",
      "  12 | spec: bad",
      "     |       ^",
      "",
      "1 problem",
    ]);
  });

  it.each([1, 50, 400, 999, 1000])("shows of a very long line what is around column %i", (column) => {
    const line = Array.from({ length: 1000 }, (_, i) => String.fromCharCode(97 + (i % 26))).join("");
    const [heading, text = "", mark = ""] = linesOf(line, column);
    expect(heading).toBe(`e.json:12:${column}: is wrong`);
    expect(text.length).toBeLessThan(135);
    expect(text[mark.indexOf("^")]).toBe(line[column - 1]);
    expect(text.endsWith("…")).toBe(column < 940);
  });
});
