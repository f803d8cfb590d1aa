import { counted } from "../base/counted.ts";
import { spanText } from "../base/time-text.ts";
import type { HuntedFinding, HuntedRule, HuntReport } from "../hunt/hunt-types.ts";
import { OUTCOMES } from "../triage/types.ts";
import { jsonText } from "./json-out.ts";
import { renderTable } from "./table.ts";

const GAPS_SHOWN = 12;
const SLOWEST_SHOWN = 20;
const RANK = { critical: 0, high: 1, medium: 2, low: 3 } as const;

/**
 * `hunt --json`: see docs/scripting.md. With `profile` each rule has its details, too. In pieces, because there may be
 * millions of findings.
 */
export function* huntJson(report: HuntReport, findings: Iterable<HuntedFinding>, profile: boolean): Generator<string> {
  const head = jsonText({ events: report.events, rules: rulesJson(report, profile), findings: [] });
  yield head.slice(0, head.lastIndexOf("[]") + 1);
  let first = true;
  for (const finding of findings) {
    const text = jsonText(findingJson(finding)).trimEnd().replaceAll("\n", "\n    ");
    yield `${first ? "" : ","}\n    ${text}`;
    first = false;
  }
  yield first ? "]\n}\n" : "\n  ]\n}\n";
}

function rulesJson({ rules }: HuntReport, profile: boolean): object[] {
  return rules.map((rule) => {
    const { id, hash, name, path, outcome, findings, cut, ms, reason, details } = rule;
    const entry = {
      ...{ id, hash, name, path, outcome, findings, ms: round(ms) },
      ...(reason === null ? {} : { reason }),
      ...(cut === 0 ? {} : { cut }),
    };
    return profile ? { ...entry, details } : entry;
  });
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

function headline({ hunt, status, events, rules }: HuntReport): string {
  const sum = (pick: (rule: HuntedRule) => number): number => rules.reduce((all, rule) => all + pick(rule), 0);
  const hidden = sum((rule) => rule.hidden);
  const extra = [
    `${sum((rule) => rule.fresh)} new`,
    `${sum((rule) => rule.unchanged)} unchanged`,
    `${sum((rule) => rule.gone)} gone`,
    ...(hidden > 0 ? [`${hidden} hidden by exceptions`] : []),
  ];
  const ended = status === "interrupted" ? " (interrupted: what was found so far is kept)" : "";
  return [
    `Hunt ${hunt}: ${counted(rules.length, "rule")} over ${counted(events, "event")}${ended}`,
    `Rules: ${outcomeCounts(rules)}`,
    `Findings: ${sum((rule) => rule.findings)} (${extra.join(", ")})`,
    "",
  ].join("\n");
}

function hits({ rules }: HuntReport, width: number | null): string {
  const found = rules.filter((rule) => rule.findings > 0);
  if (found.length === 0) return "";
  const rank = (rule: HuntedRule): number => (rule.severity === null ? 4 : RANK[rule.severity]);
  const rows = found
    .toSorted((a, b) => rank(a) - rank(b) || b.findings - a.findings)
    .map((rule) => [
      rule.severity ?? "",
      ...[rule.findings, rule.fresh, rule.unchanged, rule.hidden, rule.cut].map(String),
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

/** Rules with the same end for the same reason are one row, where there are more than a few. */
const ROWS_PER_REASON = 3;

function troubles({ rules }: HuntReport, width: number | null): string {
  const reasons = new Map<string, HuntedRule[]>();
  for (const rule of rules) {
    if (rule.outcome !== "error" && rule.outcome !== "unsupported" && rule.outcome !== "skipped") continue;
    const key = `${rule.outcome}\n${withoutPlace(rule)}`;
    reasons.set(key, [...(reasons.get(key) ?? []), rule]);
  }
  const rows = [...reasons.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined || same.length <= ROWS_PER_REASON) {
      return same.map(({ outcome, name, reason }) => [outcome, name, reason ?? ""]);
    }
    return [[first.outcome, counted(same.length, "rule"), withoutPlace(first)]];
  });
  if (rows.length === 0) return "";
  const table = renderTable(
    [{ title: "outcome" }, { title: "rule", shrinkTo: 20 }, { title: "reason", shrinkTo: 30 }],
    rows,
    width,
  );
  const several = [...reasons.values()].find((same) => same.length > ROWS_PER_REASON)?.[0];
  return several === undefined ? table : `${table}one by one: eqlite hunts last --outcome ${several.outcome}\n`;
}

function withoutPlace({ reason }: HuntedRule): string {
  return (reason ?? "").replace(/^line \d+, column \d+: /, "");
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
  return `${counted(blind, "rule")} could not look. What would open them:\n${table}${more}`;
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

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
