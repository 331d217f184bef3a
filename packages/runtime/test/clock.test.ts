import { FakeClock } from "@qalam/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock, timestampOf } from "../src/index.ts";

describe("the system clock", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("calls back after times that are too long for one timer of Node", () => {
    const days = 40 * 24 * 3_600_000;
    const called = vi.fn();
    systemClock.after(days, called);
    vi.advanceTimersByTime(days - 1);
    expect(called).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(called).toHaveBeenCalledOnce();
  });

  it("does not call back when it was called off, in a later timer too", () => {
    const called = vi.fn();
    const cancel = systemClock.after(2 ** 31 + 1_000, called);
    vi.advanceTimersByTime(2 ** 31);
    cancel();
    vi.advanceTimersByTime(2 ** 31);
    expect(called).not.toHaveBeenCalled();
  });
});

describe("the fake clock", () => {
  it("calls back in order of time, timers that are set on the way too", () => {
    const clock = new FakeClock("2026-01-01T00:00:00Z");
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name} ${timestampOf(clock)}`);
    clock.after(2_000, note("b"));
    clock.after(1_000, () => {
      note("a")();
      clock.after(500, note("c"));
    });
    clock.after(9_000, note("late"));
    clock.after(1_500, note("never"))();
    clock.advance(3_000);
    expect(seen).toEqual(["a 2026-01-01T00:00:01Z", "c 2026-01-01T00:00:01Z", "b 2026-01-01T00:00:02Z"]);
    expect(timestampOf(clock)).toBe("2026-01-01T00:00:03Z");
    expect(clock.timers).toBe(1);
  });
});
