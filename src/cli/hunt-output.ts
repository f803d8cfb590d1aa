import { spanText } from "../base/time-text.ts";
import type { HuntedFinding, HuntedRule, HuntReport } from "../hunt/hunt-types.ts";
import { OUTCOMES } from "../triage/types.ts";
import { renderTable } from "./table.ts";

const GAPS_SHOWN = 12;
const SLOWEST_SHOWN = 20;
const RANK = { critical: 0, high: 1, medium: 2, low: 3 } as const;

/** `hunt --json`: see docs/scripting.md. With `profile` each rule has its details, too. */
export function huntJson(report: HuntReport, profile: boolean): object {
  return {
    events: report.events,
    rules: report.rules.map((rule) => {
      const { id, hash, name, path, outcome, findings, cut, ms, reason, details } = rule;
      const entry = {
        ...{ id, hash, name, path, outcome, findings, ms: round(ms) },
        ...(reason === null ? {} : { reason }),
        ...(cut === 0 ? {} : { cut }),
      };
      return profile ? { ...entry, details } : entry;
    }),
    findings: report.findings.map(findingJson),
  };
}

function findingJson({ id, rule, events, state, verdict, suppressedBy, group, ...rest }: HuntedFinding): object {
  return {
    id,
    rule,
    events: events.map((event) => (event === null ? { missing: true } : { source: event.source, line: event.line })),
    state,
    verdict,
    suppressed_by: suppressedBy,
    ...(rest.outsideIndex ? { outside_index: true } : {}),
    ...(group === null ? {} : { group: group.keys, count: group.events }),
  };
}

/** The summary of a hunt for people. */
export function huntText(report: HuntReport, profile: boolean, width: number | null): string {
  const parts = [
    headline(report),
    hits(report, width),
    troubles(report, width),
    gaps(report, width),
    profile ? slowest(report, width) : "",
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** `hit 2, none 1, ...`: all six outcomes. */
export function outcomeCounts(rules: readonly HuntedRule[]): string {
  return OUTCOMES.map(
    (outcome) => `${outcome} ${rules.filter((rule) => rule.outcome === outcome).length.toString()}`,
  ).join(", ");
}

function headline({ hunt, status, events, rules, findings }: HuntReport): string {
  const count = (pick: (finding: HuntedFinding) => boolean): number => findings.filter(pick).length;
  const gone = rules.reduce((sum, rule) => sum + rule.gone, 0);
  const hidden = count((finding) => finding.suppressedBy !== null);
  const extra = [
    `${count((finding) => finding.state === "new")} new`,
    `${count((finding) => finding.state === "unchanged")} unchanged`,
    `${gone} gone`,
    ...(hidden > 0 ? [`${hidden} hidden by exceptions`] : []),
  ];
  const ended = status === "interrupted" ? " (interrupted: what was found so far is kept)" : "";
  return [
    `Hunt ${hunt}: ${plural(rules.length, "rule")} over ${plural(events, "event")}${ended}`,
    `Rules: ${outcomeCounts(rules)}`,
    `Findings: ${findings.length} (${extra.join(", ")})`,
    "",
  ].join("\n");
}

function hits({ rules, findings }: HuntReport, width: number | null): string {
  const hidden = new Map<string, number>();
  for (const { rule, suppressedBy } of findings) {
    if (suppressedBy !== null) hidden.set(rule, (hidden.get(rule) ?? 0) + 1);
  }
  const found = rules.filter((rule) => rule.findings > 0);
  if (found.length === 0) return "";
  const rank = (rule: HuntedRule): number => (rule.severity === null ? 4 : RANK[rule.severity]);
  const rows = found
    .toSorted((a, b) => rank(a) - rank(b) || b.findings - a.findings)
    .map((rule) => [
      rule.severity ?? "",
      ...[rule.findings, rule.fresh, rule.unchanged, hidden.get(rule.id) ?? 0, rule.cut].map(String),
      rule.name,
    ]);
  const numbers = ["findings", "new", "unchanged", "hidden", "not kept"];
  return renderTable(
    [
      { title: "severity" },
      ...numbers.map((title) => ({ title, align: "right" as const })),
      { title: "rule", shrinkTo: 20 },
    ],
    rows,
    width,
  );
}

function troubles({ rules }: HuntReport, width: number | null): string {
  const rows = rules
    .filter(({ outcome }) => outcome === "error" || outcome === "unsupported" || outcome === "skipped")
    .map((rule) => [rule.outcome, rule.name, rule.reason ?? ""]);
  if (rows.length === 0) return "";
  return renderTable(
    [{ title: "outcome" }, { title: "rule", shrinkTo: 20 }, { title: "reason", shrinkTo: 30 }],
    rows,
    width,
  );
}

function gaps({ gaps: all, rules }: HuntReport, width: number | null): string {
  if (all.length === 0) return "";
  const blind = rules.filter((rule) => rule.outcome === "blind").length;
  const shown = all.slice(0, GAPS_SHOWN);
  const rest = all.length - shown.length;
  const table = renderTable(
    [
      { title: "rules", align: "right" },
      { title: "telemetry in none of the events", shrinkTo: 30 },
    ],
    shown.map((gap) => [String(gap.rules), gap.needs.join(", ")]),
    width,
  );
  const more = rest > 0 ? `and ${rest} more kinds: eqlite hunts last --outcome blind\n` : "";
  return `${plural(blind, "rule")} could not look. What would open them:\n${table}${more}`;
}

function slowest({ rules }: HuntReport, width: number | null): string {
  const rows = rules
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, SLOWEST_SHOWN)
    .map((rule) => [rule.ms.toFixed(1), rule.outcome, String(rule.findings), rule.name]);
  const total = rules.reduce((sum, rule) => sum + rule.ms, 0);
  const table = renderTable(
    [
      { title: "ms", align: "right" },
      { title: "outcome" },
      { title: "findings", align: "right" },
      { title: "rule", shrinkTo: 20 },
    ],
    rows,
    width,
  );
  return `Time in rules: ${spanText(BigInt(Math.round(total)) * 1_000_000n)}. The slowest:\n${table}`;
}

function plural(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
