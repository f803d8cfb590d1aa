/** Events and findings in order, with the gaps between them. */
import type { TimelineEntry } from "../../triage/types.ts";
import { counted } from "../../base/counted.ts";
import { formatDuration, formatShortTime, formatTime, severitySpan } from "../format.ts";
import type { Line } from "../line.ts";
import { span } from "../line.ts";
import type { PaneBuilder } from "../pane-view.ts";
import type { TimelineScope, TimelineState } from "../state/state.ts";
import { bucketCounts, timeRange } from "../state/timeline.ts";
import { histogramBars } from "../widgets/histogram.ts";

/** The histogram of the range in view, then one line per entry. */
export const timelinePane: PaneBuilder = (state, width) => {
  const { timeline } = state;
  const { entries, scope, all } = timeline;
  const isPart = all !== null && all.length > entries.length;
  return {
    title: "Timeline",
    note:
      scope === null
        ? ""
        : [scopeText(scope), ...countTexts(entries), ...(isPart ? [`all: ${countTexts(all).join(", ")}`] : [])].join(
            " · ",
          ),
    head: histogramHead(timeline, width),
    count: entries.length,
    uniform: true,
    block: (index) => {
      const entry = entries[index];
      return [entry === undefined ? [] : entryLine(entry, width)];
    },
    empty:
      scope === null
        ? "m on a finding, an event or a process shows the timeline around it"
        : all === null
          ? "reading…"
          : "nothing in this range: < shows more",
    copy: (index) => entries[index]?.text ?? null,
  };
};

/** `12 events`, `1 finding`: those there are. */
function countTexts(entries: readonly TimelineEntry[]): readonly string[] {
  return (["event", "finding"] as const).flatMap((kind) => {
    const count = entries.filter((entry) => entry.kind === kind).length;
    return count === 0 ? [] : [counted(count, kind)];
  });
}

/** What a timeline is about, in words. */
export function scopeText(scope: TimelineScope): string {
  if ("finding" in scope) return `finding ${String(scope.finding)}`;
  if ("incident" in scope) return `incident ${String(scope.incident)}`;
  return "host" in scope ? `host ${scope.host}` : `entity ${scope.entity}`;
}

function histogramHead(timeline: TimelineState, width: number): readonly Line[] {
  const whole = timeRange(timeline.entries);
  if (whole === null) return [];
  const range: readonly [bigint, bigint] =
    timeline.from === null || timeline.to === null ? whole : [timeline.from, timeline.to];
  const left = formatShortTime(range[0]);
  const right = formatShortTime(range[1]);
  const length = formatDuration(range[1] - range[0]);
  return [
    [span(histogramBars(bucketCounts(timeline.entries, range, width), width), "bar")],
    [
      span(
        `${left}${length.padStart(Math.floor((width - left.length - right.length + length.length) / 2)).padEnd(Math.max(0, width - left.length - right.length))}${right}`,
        "dim",
      ),
    ],
  ];
}

function entryLine(entry: TimelineEntry, width: number): Line {
  if (entry.kind === "gap") return [span(`      ┄┄ ${formatDuration(entry.gapNs ?? 0n)} without an event ┄┄`, "dim")];
  const time = span(width < 90 ? formatTime(entry.time).slice(5) : formatTime(entry.time), "dim");
  if (entry.kind === "finding" && entry.finding !== null) {
    return [time, span(" ⚑ ", "bad"), severitySpan(entry.finding.severity), span(` ${entry.text}`, "strong")];
  }
  return [time, span(" · ", "dim"), span(entry.text)];
}
