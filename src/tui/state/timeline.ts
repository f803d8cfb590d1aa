/** The timeline: which part of it is in view. */
import type { TimelineEntry } from "../../triage/types.ts";
import type { TimelineState } from "./state.ts";

/** The state with `entries` made anew: those within the range, all when there is none. */
export function withRange(timeline: TimelineState, from: bigint | null, to: bigint | null): TimelineState {
  const all = timeline.all ?? [];
  const entries =
    from === null || to === null
      ? all
      : all.filter((entry) => entry.time !== null && entry.time >= from && entry.time <= to);
  return { ...timeline, from, to, entries };
}

/** First and last known time of entries; null when none has a time. */
export function timeRange(entries: readonly TimelineEntry[]): readonly [from: bigint, to: bigint] | null {
  let from: bigint | null = null;
  let to: bigint | null = null;
  for (const { time } of entries) {
    if (time === null) continue;
    if (from === null || time < from) from = time;
    if (to === null || time > to) to = time;
  }
  return from === null || to === null ? null : [from, to];
}

/** How many entries (without gaps) fall into each of `buckets` equal parts of the range. */
export function bucketCounts(
  entries: readonly TimelineEntry[],
  range: readonly [bigint, bigint],
  buckets: number,
): number[] {
  const counts = new Array<number>(buckets).fill(0);
  const length = range[1] - range[0] + 1n;
  for (const entry of entries) {
    if (entry.time === null || entry.kind === "gap" || entry.time < range[0] || entry.time > range[1]) continue;
    const bucket = Number(((entry.time - range[0]) * BigInt(buckets)) / length);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}
