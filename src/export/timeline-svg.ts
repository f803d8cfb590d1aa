/** Pictures of the report, drawn as SVG text: no script, no font, no network. */
import { isoTime } from "../base/time-text.ts";
import { htmlText } from "./html-text.ts";
import { type SequenceMark, TIMELINE_PLACES, type TimelineChart } from "./report-model.ts";
import { clipLabel } from "./svg-label.ts";
import { SEVERITY_LETTER } from "./severity-letter.ts";

const WIDTH = 960;
const LEFT = 170;
const RIGHT = 20;
const LANE = 26;
const TOP = 16;

/** Findings over time, one lane per host. */
export function timelineSvg({ from, to, lanes, hiddenHosts }: TimelineChart): string {
  const height = TOP + lanes.length * LANE + 30;
  const x = (place: number): number => Math.round(LEFT + ((place + 0.5) / TIMELINE_PLACES) * (WIDTH - LEFT - RIGHT));
  const drawn = lanes.map(({ host, marks }, lane) => {
    const y = TOP + lane * LANE + LANE / 2;
    const line =
      `<line class="lane" x1="${LEFT}" y1="${y}" x2="${WIDTH - RIGHT}" y2="${y}"/>` +
      `<text class="name" x="${LEFT - 14}" y="${y + 4}" text-anchor="end">${htmlText(clipLabel(host, 22))}</text>`;
    const circles = marks.map(({ place, severity, findings, time, rule }) => {
      const title = `${isoTime(time)} ${rule} (${severity})${findings > 1 ? ` and ${findings - 1} more` : ""}`;
      return (
        `<g class="${severity}"><title>${htmlText(title)}</title><circle cx="${x(place)}" cy="${y}" r="9"/>` +
        `<text x="${x(place)}" y="${y + 4}" text-anchor="middle">${SEVERITY_LETTER[severity]}</text></g>`
      );
    });
    return line + circles.join("");
  });
  const axis =
    `<text class="axis" x="${LEFT}" y="${height - 8}">${isoTime(from)}</text>` +
    `<text class="axis" x="${WIDTH - RIGHT}" y="${height - 8}" text-anchor="end">${isoTime(to)}</text>`;
  const more = hiddenHosts === 0 ? "" : `<p>${hiddenHosts} more hosts are not drawn.</p>\n`;
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Findings over time">${drawn.join("")}${axis}</svg>\n${more}`;
}

/** The events of a sequence in order, with the time between them. */
export function sequenceSvg(events: readonly SequenceMark[]): string {
  const step = 190;
  const width = events.length * step;
  const parts = events.map(({ position, name, after, missing }, index) => {
    const x = index * step + step / 2;
    const line = index === 0 ? "" : `<line class="lane" x1="${x - step + 12}" y1="24" x2="${x - 12}" y2="24"/>`;
    return (
      `${line}<circle class="${missing ? "missing" : "stage"}" cx="${x}" cy="24" r="10"/>` +
      `<text x="${x}" y="28" text-anchor="middle">${position}</text>` +
      `<text class="name" x="${x}" y="54" text-anchor="middle">${htmlText(clipLabel(name, 26))}</text>` +
      (after === null ? "" : `<text class="axis" x="${x - step / 2}" y="16" text-anchor="middle">${after}</text>`)
    );
  });
  return `<svg viewBox="0 0 ${width} 64" style="max-width:${width}px" role="img" aria-label="Events of the sequence">${parts.join("")}</svg>\n`;
}
