/** The case at a glance. */
import { textWidth } from "../../base/safe-text.ts";
import { OUTCOMES, type Overview, VERDICTS } from "../../triage/types.ts";
import { counted, formatCount } from "../../base/counted.ts";
import { formatDuration, formatTime, VERDICT_LABEL, verdictSpan } from "../format.ts";
import type { Line } from "../line.ts";
import { lineText, span, type Span } from "../line.ts";
import { blocksPane, type PaneBuilder } from "../pane-view.ts";
import { histogramBars, progressBar } from "../widgets/histogram.ts";

interface Block {
  readonly lines: readonly Line[];
  readonly copy: string | null;
}

/** Evidence, time, hosts. */
export const overviewPane: PaneBuilder = (state, width) => {
  const { overview } = state;
  if (overview === null) return blocksPane("Overview", [], { empty: "reading…" });
  return blocksPane("Overview", evidenceBlocks(overview, width), { note: fileName(overview.casePath) });
};

/** How far the triage is, how the rules ended, which tactics were met. */
export const progressPane: PaneBuilder = (state, width) => {
  const { overview } = state;
  return blocksPane("Progress", overview === null ? [] : progressBlocks(overview, width), { empty: "reading…" });
};

/** What a block of the overview opens; null where nothing. */
export type OverviewItem = { readonly kind: "host" | "tactic"; readonly name: string } | null;

/** What stands behind each block of a pane of the overview. */
export function overviewItems(overview: Overview, pane: "overview" | "progress"): readonly OverviewItem[] {
  return (pane === "overview" ? evidenceBlocks(overview, 80) : progressBlocks(overview, 80)).map((block) => block.item);
}

type SectionBlock = Block & { readonly item: OverviewItem };

function evidenceBlocks(overview: Overview, width: number): readonly SectionBlock[] {
  return [...evidence(overview, width), ...times(overview, width), ...hosts(overview, width)];
}

function progressBlocks(overview: Overview, width: number): readonly SectionBlock[] {
  return [...progress(overview, width), ...ledger(overview, width), ...tactics(overview, width)];
}

function plain(lines: readonly Line[], copy: string | null = null, item: OverviewItem = null): SectionBlock {
  return { lines, copy, item };
}

/** Parts with a dot between them, on as many indented lines as they need. */
function joined(parts: readonly Line[], width: number): readonly Line[] {
  const lines: Span[][] = [];
  let used = 0;
  for (const part of parts) {
    const columns = textWidth(lineText(part));
    const current = lines.at(-1);
    if (current !== undefined && used + 3 + columns <= width) {
      current.push(span(" · ", "dim"), ...part);
      used += 3 + columns;
    } else {
      lines.push([span("  "), ...part]);
      used = 2 + columns;
    }
  }
  return lines;
}

function progress(overview: Overview, width: number): readonly SectionBlock[] {
  const judged = overview.findings - overview.verdicts.undetermined;
  const bar = Math.max(10, Math.min(40, width - 34));
  const kinds = VERDICTS.filter((verdict) => overview.verdicts[verdict] > 0);
  return [
    plain(
      [
        [span("Progress", "title")],
        [
          span(`  ${progressBar(judged, overview.findings, bar)} `, "bar"),
          span(`${formatCount(judged)} of ${formatCount(overview.findings)} judged`, "strong"),
        ],
        ...joined(
          kinds.map((verdict) => [span(`${formatCount(overview.verdicts[verdict])} `), verdictSpan(verdict)]),
          width,
        ),
        ...joined(
          [
            [span(`${formatCount(overview.stepsDone)} of ${counted(overview.steps, "step")} done`, "dim")],
            ...(overview.suppressed === 0
              ? []
              : [[span(`${formatCount(overview.suppressed)} hidden by exceptions`, "dim")]]),
          ],
          width,
        ),
        [],
      ],
      VERDICTS.map((verdict) => `${VERDICT_LABEL[verdict]} ${String(overview.verdicts[verdict])}`).join(", "),
    ),
  ];
}

function evidence(overview: Overview, width: number): readonly SectionBlock[] {
  const head = plain([
    [
      span("Evidence", "title"),
      span(`  ${counted(overview.events, "event")}`, "strong"),
      span(overview.untimed === 0 ? "" : `, ${formatCount(overview.untimed)} without a time`, "warn"),
    ],
  ]);
  const sources = overview.sources.map((source) =>
    plain(
      [
        [span("  "), span(fileName(source.path), "strong"), span(`  ${folderName(source.path)}`, "dim")],
        [
          span(`    ${counted(source.events, "event")}`, "dim"),
          span(source.rejected === 0 ? "" : `, ${formatCount(source.rejected)} rejected`, "bad"),
          span(source.duplicates === 0 ? "" : `, ${counted(source.duplicates, "duplicate")}`, "dim"),
          span(source.status === "complete" ? "" : `, ${source.status}`, "warn"),
          span(source.sha256 === null ? "" : `  sha256 ${source.sha256.slice(0, width < 100 ? 16 : 64)}`, "dim"),
        ],
      ],
      source.sha256 ?? source.path,
    ),
  );
  const withheld = overview.withheld === null ? [] : [plain([[span(`  ${overview.withheld}`, "warn")]])];
  return [head, ...withheld, ...sources, plain([[]])];
}

function fileName(file: string): string {
  return file.split(/[\\/]/).at(-1) ?? file;
}

function folderName(file: string): string {
  return file.slice(0, Math.max(0, file.length - fileName(file).length - 1));
}

function times(overview: Overview, width: number): readonly SectionBlock[] {
  const { histogram } = overview;
  if (histogram === null) return [plain([[span("Time", "title"), span("  no event has a time", "warn")], []])];
  return [
    plain([
      [
        span("Time", "title"),
        span(`  ${formatTime(histogram.from)} to ${formatTime(histogram.to)} UTC`),
        span(`  ${formatDuration(histogram.to - histogram.from)}`, "dim"),
      ],
      [span("  "), span(histogramBars(histogram.counts, Math.max(8, width - 4)), "bar")],
      [],
    ]),
  ];
}

function hosts(overview: Overview, width: number): readonly SectionBlock[] {
  const most = Math.max(1, ...overview.hosts.map((host) => host.events));
  const shown = overview.hosts.slice(0, 20);
  const wide = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));
  const events = wide(shown.map((host) => counted(host.events, "event")));
  const findings = wide(shown.map((host) => counted(host.findings, "finding")));
  return [
    plain([[span("Hosts", "title"), span("  Enter lists the findings of one", "dim")]]),
    ...shown.map((host) =>
      plain(
        [
          [
            span("  "),
            span(progressBar(host.events, most, Math.min(12, Math.max(4, width - 60))), "bar"),
            span(` ${counted(host.events, "event").padStart(events)}, `, "dim"),
            span(`${counted(host.findings, "finding").padStart(findings)}  `, host.findings === 0 ? "dim" : "strong"),
            span(host.name, "accent"),
          ],
        ],
        host.name,
        { kind: "host", name: host.name },
      ),
    ),
    ...(overview.hosts.length > 20
      ? [plain([[span(`  … ${formatCount(overview.hosts.length - 20)} more`, "dim")]])]
      : []),
    plain([[]]),
  ];
}

function ledger(overview: Overview, width: number): readonly SectionBlock[] {
  const { hunt } = overview;
  if (hunt === null)
    return [plain([[span("Rules", "title"), span("  no hunt yet: eqlite hunt --case FILE", "warn")], []])];
  return [
    plain([
      [
        span("Rules", "title"),
        span(
          `  ${counted(hunt.rules, "rule")}, hunt ${String(hunt.id)}, ${hunt.at.slice(0, 16).replace("T", " ")}`,
          "dim",
        ),
      ],
      ...joined(
        OUTCOMES.filter((outcome) => hunt.outcomes[outcome] > 0).map((outcome) => [
          span(formatCount(hunt.outcomes[outcome]), "strong"),
          span(` ${outcome}`),
        ]),
        width,
      ),
      [],
    ]),
  ];
}

function tactics(overview: Overview, width: number): readonly SectionBlock[] {
  if (overview.tactics.length === 0) return [];
  const most = Math.max(1, ...overview.tactics.map((tactic) => tactic.findings));
  return [
    plain([[span("ATT&CK", "title"), span("  Enter lists the findings of one", "dim")]]),
    ...overview.tactics.map((tactic) =>
      plain(
        [
          [
            span("  "),
            span(progressBar(tactic.findings, most, Math.min(12, Math.max(4, width - 50))), "bar"),
            span(` ${formatCount(tactic.findings).padStart(5)}  `, "strong"),
            span(tactic.name),
            span(` ${tactic.id}`, "dim"),
          ],
        ],
        tactic.name,
        { kind: "tactic", name: tactic.name },
      ),
    ),
  ];
}
