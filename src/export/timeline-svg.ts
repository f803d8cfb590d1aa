/** Pictures of the report, drawn as SVG text: no script, no font, no network. */
import { isoTime, spanText } from "../base/time-text.ts";
import type { Severity } from "../rules/rule.ts";
import type { FindingRow } from "../triage/types.ts";
import type { ExportedFinding } from "./exported-finding.ts";
import { htmlText } from "./html-text.ts";

const WIDTH = 960;
const LEFT = 170;
const RIGHT = 20;
const LANE = 26;
const TOP = 16;
const MAX_LANES = 20;

/** Letter and class of a severity: the picture does not need its colours to be read. */
const MARK: Readonly<Record<Severity, string>> = { low: "L", medium: "M", high: "H", critical: "C" };

/** Findings over time, one lane per host. Empty when none has a time. */
export function timelineSvg(rows: readonly FindingRow[]): string {
  const timed = rows.flatMap((row) => (row.time === null ? [] : [{ row, time: row.time }]));
  const first = timed[0]?.time;
  if (first === undefined) return "";
  const from = timed.reduce((least, { time }) => (time < least ? time : least), first);
  const to = timed.reduce((most, { time }) => (time > most ? time : most), first);
  const span = Number(to - from) || 1;
  const x = (time: bigint): number => round(LEFT + (Number(time - from) / span) * (WIDTH - LEFT - RIGHT));
  const hosts = [...new Set(timed.map(({ row }) => row.host ?? ""))].sort();
  const lanes = hosts.slice(0, MAX_LANES);
  const height = TOP + lanes.length * LANE + 30;
  const lines = lanes.map((host, index) => {
    const y = TOP + index * LANE + LANE / 2;
    return (
      `<line class="lane" x1="${LEFT}" y1="${y}" x2="${WIDTH - RIGHT}" y2="${y}"/>` +
      `<text class="name" x="${LEFT - 14}" y="${y + 4}" text-anchor="end">${htmlText(clip(host === "" ? "unknown host" : host, 22))}</text>`
    );
  });
  const marks = distinctMarks(timed, lanes, x).map(
    ({ row, time, lane, count }) =>
      `<g class="${row.severity}"><title>${htmlText(`${isoTime(time)} ${row.ruleName} (${row.severity})${count > 1 ? ` and ${count - 1} more` : ""}`)}</title>` +
      `<circle cx="${x(time)}" cy="${TOP + lane * LANE + LANE / 2}" r="9"/>` +
      `<text x="${x(time)}" y="${TOP + lane * LANE + LANE / 2 + 4}" text-anchor="middle">${MARK[row.severity]}</text></g>`,
  );
  const axis =
    `<text class="axis" x="${LEFT}" y="${height - 8}">${isoTime(from)}</text>` +
    `<text class="axis" x="${WIDTH - RIGHT}" y="${height - 8}" text-anchor="end">${isoTime(to)}</text>`;
  const more = hosts.length > lanes.length ? `<p>${hosts.length - lanes.length} more hosts are not drawn.</p>` : "";
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Findings over time">${lines.join("")}${marks.join("")}${axis}</svg>${more}`;
}

interface Mark {
  readonly row: FindingRow;
  readonly time: bigint;
  readonly lane: number;
  count: number;
}

const RANK: Readonly<Record<Severity, number>> = { low: 0, medium: 1, high: 2, critical: 3 };

/** Marks that would stand on one another become one, of the worst severity. */
function distinctMarks(
  timed: readonly { readonly row: FindingRow; readonly time: bigint }[],
  lanes: readonly string[],
  x: (time: bigint) => number,
): Mark[] {
  const marks = new Map<string, Mark>();
  for (const { row, time } of timed) {
    const lane = lanes.indexOf(row.host ?? "");
    if (lane < 0) continue;
    const key = `${lane} ${Math.floor(x(time) / 18)}`;
    const known = marks.get(key);
    if (known === undefined) marks.set(key, { row, time, lane, count: 1 });
    else {
      const worse = RANK[row.severity] > RANK[known.row.severity];
      marks.set(key, {
        ...(worse ? { row, time } : { row: known.row, time: known.time }),
        lane,
        count: known.count + 1,
      });
    }
  }
  return [...marks.values()];
}

/** The events of a sequence in order, with the time between them. Empty for a single event. */
export function sequenceSvg({ events }: ExportedFinding): string {
  if (events.length < 2 || events.length > 12) return "";
  const step = 190;
  const width = events.length * step;
  const parts = events.map(({ event, position }, index) => {
    const x = index * step + step / 2;
    const name =
      event === null
        ? "missing"
        : (event.values.get("process.name")?.[0] ?? event.values.get("event.action")?.[0] ?? "event");
    const before = events[index - 1]?.event?.time ?? null;
    const gap = before === null || event === null || event.time === null ? "" : `+${spanText(event.time - before)}`;
    const shape =
      event === null
        ? `<circle class="missing" cx="${x}" cy="24" r="10"/>`
        : `<circle class="stage" cx="${x}" cy="24" r="10"/>`;
    const line = index === 0 ? "" : `<line class="lane" x1="${x - step + 12}" y1="24" x2="${x - 12}" y2="24"/>`;
    return (
      `${line}${shape}<text x="${x}" y="28" text-anchor="middle">${position}</text>` +
      `<text class="name" x="${x}" y="54" text-anchor="middle">${htmlText(clip(name, 26))}</text>` +
      (gap === "" ? "" : `<text class="axis" x="${x - step / 2}" y="16" text-anchor="middle">${gap}</text>`)
    );
  });
  return `<svg viewBox="0 0 ${width} 64" style="max-width:${width}px" role="img" aria-label="Events of the sequence">${parts.join("")}</svg>`;
}

function clip(text: string, length: number): string {
  const characters = [...text.slice(0, 4 * length)];
  return characters.length > length ? `${characters.slice(0, length - 1).join("")}…` : characters.join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
