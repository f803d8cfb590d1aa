import { countEvents } from "../store/event-counts.ts";
import { withheldText } from "../store/redaction.ts";
import { getSetting } from "../store/settings.ts";
import { listSources } from "../store/sources.ts";
import type { CaseBook } from "./case-book.ts";
import type { EvidenceOverview } from "./search-protocol.ts";
import { type FindingRow, type Overview, type Verdict, VERDICTS } from "./types.ts";

/** The setting that keeps what a pass over the events told, for as long as there are no more of them. */
export const OVERVIEW_SETTING = "overview.evidence";

/** What is kept of the evidence overview, if it still holds. */
export function keptOverview(book: CaseBook): EvidenceOverview | null {
  const text = getSetting(book.file, OVERVIEW_SETTING);
  if (text === null) return null;
  const kept = JSON.parse(text) as KeptOverview;
  if (kept.events !== countEvents(book.file)) return null;
  const { histogram } = kept;
  return {
    hosts: kept.hosts,
    histogram:
      histogram === null ? null : { from: BigInt(histogram.from), to: BigInt(histogram.to), counts: histogram.counts },
  };
}

interface KeptOverview {
  readonly events: number;
  readonly hosts: EvidenceOverview["hosts"];
  readonly histogram: { readonly from: string; readonly to: string; readonly counts: readonly number[] } | null;
}

/** The text to keep in the setting. */
export function overviewSetting(book: CaseBook, { hosts, histogram }: EvidenceOverview): string {
  const kept: KeptOverview = {
    events: countEvents(book.file),
    hosts,
    histogram:
      histogram === null
        ? null
        : { from: histogram.from.toString(), to: histogram.to.toString(), counts: histogram.counts },
  };
  return JSON.stringify(kept);
}

/** The overview of the case. */
export function toOverview(book: CaseBook, evidence: EvidenceOverview): Overview {
  const sources = listSources(book.file);
  const every = book.findings({ suppressed: true });
  const rows = every.filter((row) => row.suppressedBy === null);
  const [hunt] = book.hunts();
  return {
    casePath: book.file.path,
    withheld: withheldText(book.file),
    events: sources.reduce((sum, source) => sum + source.events, 0),
    untimed: sources.reduce((sum, source) => sum + source.untimed, 0),
    sources: sources.map(({ path, sha256, events, rejected, duplicates, status }) => ({
      path,
      sha256,
      events,
      rejected,
      duplicates,
      status,
    })),
    hosts: hostsOf(evidence, rows),
    histogram: evidence.histogram,
    hunt:
      hunt === undefined
        ? null
        : {
            id: hunt.id,
            at: hunt.startedAt,
            rules: Object.values(hunt.outcomes).reduce((sum, count) => sum + count, 0),
            outcomes: hunt.outcomes,
          },
    tactics: tacticsOf(book, rows),
    verdicts: verdictsOf(rows),
    findings: rows.length,
    suppressed: every.length - rows.length,
    stepsDone: rows.reduce((sum, row) => sum + row.stepsDone, 0),
    steps: rows.reduce((sum, row) => sum + row.steps, 0),
  };
}

function hostsOf(evidence: EvidenceOverview, rows: readonly FindingRow[]): Overview["hosts"] {
  const findings = countBy(rows.flatMap((row) => (row.host === null ? [] : [row.host])));
  const hosts = evidence.hosts.map((host) => ({ ...host, findings: findings.get(host.name) ?? 0 }));
  const others = [...findings].filter(([name]) => !evidence.hosts.some((host) => host.name === name));
  return [...hosts, ...others.map(([name, count]) => ({ name, events: 0, findings: count }))];
}

function tacticsOf(book: CaseBook, rows: readonly FindingRow[]): Overview["tactics"] {
  const tactics = new Map<string, { id: string; name: string; findings: number }>();
  for (const row of rows) {
    for (const { tactic } of book.ruleOf(row.id).threat) {
      const entry = tactics.get(tactic.id) ?? { id: tactic.id, name: tactic.name, findings: 0 };
      entry.findings += 1;
      tactics.set(tactic.id, entry);
    }
  }
  return [...tactics.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function verdictsOf(rows: readonly FindingRow[]): Record<Verdict, number> {
  const counts = countBy(rows.map((row) => row.verdict));
  return Object.fromEntries(VERDICTS.map((verdict) => [verdict, counts.get(verdict) ?? 0])) as Record<Verdict, number>;
}

function countBy<T>(items: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}
