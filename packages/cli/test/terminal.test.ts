import { describe, expect, it } from "vitest";
import { canRedraw, sizeOf, type Terminal } from "../src/terminal.ts";

const withSize = (isTTY: boolean, columns?: number, rows?: number) => ({
  stdout: Object.assign(Object.create(process.stdout), { isTTY, columns, rows }) as Terminal["stdout"],
});

describe("a terminal", () => {
  it("has its own size", () => {
    expect(sizeOf(withSize(true, 132, 50))).toEqual({ columns: 132, rows: 50 });
    expect(canRedraw(withSize(true, 132, 50))).toBe(true);
  });

  it("without a window has the usual size, and gets lines", () => {
    expect(sizeOf(withSize(true, 0, 0))).toEqual({ columns: 80, rows: 24 });
    expect(canRedraw(withSize(true, 0, 0))).toBe(false);
  });

  it("that is none gets lines", () => {
    expect(sizeOf(withSize(false))).toEqual({ columns: 80, rows: 24 });
    expect(canRedraw(withSize(false))).toBe(false);
  });
});
