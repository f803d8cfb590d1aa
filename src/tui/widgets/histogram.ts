/** Counts as a row of bars. */

const BARS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** One line of `width` bars; counts are summed where there are more of them than columns. A count above 0 always shows. */
export function histogramBars(counts: readonly number[], width: number): string {
  const columns = resample(counts, Math.max(1, width));
  const most = Math.max(1, ...columns);
  return columns
    .map((count) => (count === 0 ? BARS[0] : (BARS[Math.max(1, Math.round((count / most) * 8))] ?? BARS[8])))
    .join("");
}

/** `counts` in `width` buckets: summed where there are too many, spread where there are too few. */
export function resample(counts: readonly number[], width: number): number[] {
  const sums = new Array<number>(width).fill(0);
  if (counts.length === 0) return sums;
  if (counts.length <= width) return sums.map((_, at) => counts[Math.floor((at * counts.length) / width)] ?? 0);
  counts.forEach((count, at) => {
    const bucket = Math.floor((at * width) / counts.length);
    sums[bucket] = (sums[bucket] ?? 0) + count;
  });
  return sums;
}

/** A bar that is `part` of `whole` full, `width` columns wide: empty for none of it alone, full for all of it alone. */
export function progressBar(part: number, whole: number, width: number): string {
  const share = whole === 0 ? 0 : Math.round((part / whole) * width);
  const full = part <= 0 ? 0 : part >= whole ? share : Math.max(1, Math.min(width - 1, share));
  return "█".repeat(full) + "░".repeat(Math.max(0, width - full));
}
