import { formatCount } from "../../src/base/counted.ts";
import { formatClock, formatDuration, formatExactTime, formatTime } from "../../src/tui/format.ts";
import { parseSpan, parseTime } from "../../src/tui/state/duration.ts";
import { describe, expect, it } from "vitest";

describe("times", () => {
  it("are written in UTC, to the digit that fits", () => {
    expect(formatTime(1_772_368_200_123_456_789n)).toBe("2026-03-01 12:30:00.123");
    expect(formatExactTime(1_772_368_200_123_456_789n)).toBe("2026-03-01T12:30:00.123456789Z");
    expect(formatClock(1_772_368_200_000_000_000n)).toBe("12:30:00.000");
    expect(formatTime(null)).toBe("-");
    expect(formatTime(-1n)).toBe("1969-12-31 23:59:59.999");
    expect(formatTime(9_223_372_036_854_775_807n)).toBe("2262-04-11 23:47:16.854");
  });

  it("are read as people type them", () => {
    expect(parseTime("2026-03-01 12:30")).toBe(1_772_368_200_000_000_000n);
    expect(parseTime("2026-03-01T12:30:00.5Z")).toBe(1_772_368_200_500_000_000n);
    expect(parseTime("2026-03-01")).toBe(1_772_323_200_000_000_000n);
    expect(parseTime("yesterday")).toBeNull();
    expect(parseTime("2026-13-01")).toBeNull();
    expect([parseSpan("90s"), parseSpan("5m"), parseSpan("2 h"), parseSpan("5"), parseSpan("m")]).toEqual([
      90_000_000_000n,
      300_000_000_000n,
      7_200_000_000_000n,
      null,
      null,
    ]);
  });

  it("have lengths of two units", () => {
    expect([0n, 1_500_000_000n, 7_500_000_000_000n, 90_000_000_000_000n, -61_000_000_000n].map(formatDuration)).toEqual(
      ["0s", "1s 500ms", "2h 5m", "1d 1h", "1m 1s"],
    );
    expect([0, 999, 1_000, 1_234_567].map(formatCount)).toEqual(["0", "999", "1,000", "1,234,567"]);
  });
});
