import { bucketCounts } from "../../../src/tui/state/timeline.ts";
import { histogramBars, progressBar, resample } from "../../../src/tui/widgets/histogram.ts";
import { describe, expect, it } from "vitest";

describe("small pictures", () => {
  it("show every count above nothing", () => {
    expect(histogramBars([0, 1, 1000], 3)).toBe(" ▁█");
    expect(resample([1, 2, 3, 4], 2)).toEqual([3, 7]);
    expect(resample([], 2)).toEqual([0, 0]);
    expect(progressBar(1, 4, 8)).toBe("██░░░░░░");
    expect(progressBar(0, 0, 4)).toBe("░░░░");
    expect(progressBar(1, 10_000, 4)).toBe("█░░░");
    expect(progressBar(9_999, 10_000, 4)).toBe("███░");
    expect(progressBar(10_000, 10_000, 4)).toBe("████");
  });

  it("count a range into equal parts, both ends in", () => {
    const entry = (time: bigint | null) => ({
      time,
      kind: "event" as const,
      event: null,
      finding: null,
      gapNs: null,
      text: "",
    });
    expect(bucketCounts([entry(0n), entry(4n), entry(9n), entry(null), entry(20n)], [0n, 9n], 2)).toEqual([2, 1]);
  });
});
