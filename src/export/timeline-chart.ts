/** Findings over time per host, as data. */
import { SEVERITIES } from "../rules/rule.ts";
import type { FindingRow } from "../triage/types.ts";
import { TIMELINE_PLACES, type TimelineChart, type TimelineMark } from "./report-model.ts";

/** Hosts that get a lane, those with most findings. */
const MAX_LANES = 20;

/** Null when none has a time. @param hosts findings per host */
export function timelineChart(
  rows: Iterable<FindingRow>,
  hosts: ReadonlyMap<string, number>,
  span: { readonly from: bigint; readonly to: bigint } | null,
): TimelineChart | null {
  if (span === null) return null;
  const { from, to } = span;
  const names = [...hosts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([name]) => name);
  const lanes = new Map(names.slice(0, MAX_LANES).map((name) => [name, new Map<number, TimelineMark>()]));
  const width = (to - from) / BigInt(TIMELINE_PLACES) + 1n;
  for (const row of rows) {
    const lane = lanes.get(row.host ?? UNKNOWN_HOST);
    if (lane === undefined || row.time === null) continue;
    const place = Number((row.time - from) / width);
    lane.set(place, withFinding(lane.get(place), place, row, row.time));
  }
  return {
    from,
    to,
    lanes: [...lanes]
      .filter(([, marks]) => marks.size > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([host, marks]) => ({
        host: host === UNKNOWN_HOST ? "unknown host" : host,
        marks: [...marks.values()].sort((a, b) => a.place - b.place),
      })),
    hiddenHosts: Math.max(0, names.length - MAX_LANES),
  };
}

/** Stands for the host of findings that name none; no host has an empty name. */
export const UNKNOWN_HOST = "";

function withFinding(known: TimelineMark | undefined, place: number, row: FindingRow, time: bigint): TimelineMark {
  const mark = { place, severity: row.severity, findings: (known?.findings ?? 0) + 1, time, rule: row.ruleName };
  if (known === undefined || SEVERITIES.indexOf(row.severity) > SEVERITIES.indexOf(known.severity)) return mark;
  return { ...known, findings: mark.findings };
}
