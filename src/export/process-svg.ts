import { htmlText } from "./html-text.ts";
import type { ProcessNode, ProcessPicture } from "./report-model.ts";
import { clipLabel } from "./svg-label.ts";

/** Larger pictures do not fit on a page: they are lists, which may be broken. */
const MAX_ROWS = 40;
const WIDTH = 960;
const ROW = 24;
const INDENT = 22;
/** Width of a character of the label at most, and of what stands on either side of it. */
const CHARACTER = 7.3;
const PADDING = 8;

/** Who started whom, as a picture; nested lists where it is too high for one. */
export function processesHtml({ roots, rows }: ProcessPicture): string {
  return rows > MAX_ROWS ? listHtml(roots) : processSvg(roots);
}

function listHtml(nodes: readonly ProcessNode[]): string {
  const items = nodes.map(({ kind, label, findings, children }) => {
    const named = findings.map((finding) => ` <b class="badge">${htmlText(`${finding.id} ${finding.label}`)}</b>`);
    const below = children.length === 0 ? "" : listHtml(children);
    return `<li>${kind === "connection" ? "connects to " : ""}<code>${htmlText(label.slice(0, 400))}</code>${named.join("")}${below}</li>\n`;
  });
  return `<ul class="tree">${items.join("")}</ul>\n`;
}

/** A row per process or connection; a line from each to the row that it hangs on. */
function processSvg(roots: readonly ProcessNode[]): string {
  const parts: string[] = [];
  let row = 0;
  const draw = (node: ProcessNode, depth: number, parentY: number | null): void => {
    const x = 6 + depth * INDENT;
    const y = row * ROW + ROW / 2 + 2;
    row += 1;
    if (parentY !== null) {
      const left = x - INDENT + 10;
      parts.push(`<path class="branch" d="M${left} ${parentY + 9}V${y}H${x}"/>`);
    }
    parts.push(nodeSvg(node, x, y));
    for (const child of node.children) draw(child, depth + 1, y);
  };
  for (const root of roots) draw(root, 0, null);
  const height = row * ROW + 6;
  return `<svg class="processes" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Processes">${parts.join("")}</svg>\n`;
}

function nodeSvg({ kind, label, findings }: ProcessNode, x: number, y: number): string {
  const badge = findings.map(({ id }) => `#${id}`).join(" ");
  const badgeText = badge === "" ? "" : clipLabel(badge, 30);
  const room = Math.floor((WIDTH - x - 2 * PADDING - (badgeText.length + 1) * CHARACTER) / CHARACTER);
  const shown = clipLabel(label, Math.max(8, room));
  const width = Math.round(Math.min(WIDTH - x - 2, [...shown].length * CHARACTER + 2 * PADDING));
  const title = [label.slice(0, 400), ...findings.map((finding) => `${finding.id} ${finding.label}`)].join("; ");
  return (
    `<g class="${kind}"><title>${htmlText(title)}</title>` +
    `<rect x="${x}" y="${y - 9}" width="${width}" height="18" rx="${kind === "process" ? 3 : 9}"/>` +
    `<text class="label" x="${x + PADDING}" y="${y + 4}">${htmlText(shown)}</text>` +
    (badgeText === "" ? "" : `<text class="finding" x="${x + width + 5}" y="${y + 4}">${htmlText(badgeText)}</text>`) +
    "</g>"
  );
}
