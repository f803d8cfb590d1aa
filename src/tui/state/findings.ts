/** The list of findings: filter, order, groups, marks. */
import { SEVERITIES } from "../../rules/rule.ts";
import { VERDICTS, type FindingRow, type Verdict } from "../../triage/types.ts";
import { counted } from "../../base/counted.ts";
import { formatTime, VERDICT_LABEL } from "../format.ts";
import { incidentsOf } from "./incidents.ts";
import type { FindingItem, FindingsState, Group, Sort } from "./state.ts";

/** The state with `items` made anew from rows, filter, order and groups. */
export function arrange(findings: FindingsState): FindingsState {
  const rows = (findings.rows ?? []).filter(filterOf(findings.filter)).sort(orderOf(findings));
  return { ...findings, items: grouped(rows, findings), shown: rows.length };
}

/** The state with other rows; marks of findings that are gone go, too. */
export function withRows(findings: FindingsState, rows: readonly FindingRow[]): FindingsState {
  const ids = new Set(rows.map((row) => row.id));
  const first = findings.rows === null;
  const marks = new Set([...findings.marks].filter((id) => ids.has(id)));
  if (first) for (const row of rows) if (row.marked) marks.add(row.id);
  return arrange({ ...findings, rows, marks, anchor: null });
}

/** The state with a verdict on some findings, before the case has confirmed it. */
export function withVerdict(findings: FindingsState, ids: readonly number[], verdict: Verdict): FindingsState {
  const judged = new Set(ids);
  const rows = findings.rows?.map((row) => (judged.has(row.id) ? { ...row, verdict } : row)) ?? null;
  const open = new Set(rows?.flatMap((row) => (row.verdict === "undetermined" ? [row.id] : [])));
  // Items keep their places until the list is arranged again: a line must not jump away under the finger.
  const items = findings.items.map((item): FindingItem => {
    if (item.kind === "group") return { ...item, undetermined: item.ids.filter((id) => open.has(id)).length };
    return judged.has(item.row.id) ? { kind: "finding", row: { ...item.row, verdict } } : item;
  });
  return { ...findings, rows, items };
}

/** Whether a finding passes a filter: every word must be found (any case); `!` before a word, or alone before all, inverts. */
export function filterOf(filter: string): (row: FindingRow) => boolean {
  const trimmed = filter.trim();
  if (trimmed === "") return () => true;
  if (trimmed === "!" || trimmed.startsWith("! ")) {
    const inner = filterOf(trimmed.slice(1));
    return trimmed === "!" ? () => true : (row) => !inner(row);
  }
  const tests = words(trimmed).map((word) => {
    const inverted = word.startsWith("!") && word.length > 1;
    const test = wordTest(inverted ? word.slice(1) : word);
    return inverted ? (row: FindingRow) => !test(row) : test;
  });
  return (row) => tests.every((test) => test(row));
}

/** The filter that leaves what `filter` hides. */
export function invertFilter(filter: string): string {
  const trimmed = filter.trim();
  if (trimmed === "") return "";
  return trimmed.startsWith("! ") ? trimmed.slice(2) : `! ${trimmed}`;
}

function words(filter: string): readonly string[] {
  return (filter.match(/!?(?:\w+:)?"[^"]*"?|\S+/g) ?? []).map((word) => word.replaceAll('"', ""));
}

const FIELDS: Readonly<Record<string, (row: FindingRow) => string>> = {
  rule: (row) => `${row.ruleName} ${row.ruleId}`,
  host: (row) => row.host ?? "none",
  container: (row) => row.container ?? "none",
  user: (row) => row.user ?? "none",
  process: (row) => row.process ?? "none",
  command: (row) => row.commandLine ?? "none",
  to: (row) => row.destination ?? "none",
  severity: (row) => row.severity,
  tactic: (row) => row.tactics.join(" "),
  incident: (row) => (row.incident === null ? "none" : String(row.incident)),
  verdict: (row) =>
    row.verdict === "undetermined" ? "none undetermined" : `${VERDICT_LABEL[row.verdict]} ${row.verdict}`,
  state: (row) => row.state,
  id: (row) => String(row.id),
};

function wordTest(word: string): (row: FindingRow) => boolean {
  const named = /^(\w+):(.*)$/.exec(word);
  const read = named === null ? undefined : FIELDS[named[1]?.toLowerCase() ?? ""];
  if (read !== undefined) {
    const wanted = (named?.[2] ?? "").toLowerCase();
    return (row) => read(row).toLowerCase().includes(wanted);
  }
  const wanted = word.toLowerCase();
  return (row) => searchText(row).includes(wanted);
}

const texts = new WeakMap<FindingRow, string>();

function searchText(row: FindingRow): string {
  const known = texts.get(row);
  if (known !== undefined) return known;
  const text = [
    row.ruleName,
    row.host,
    row.container,
    row.user,
    row.process,
    row.commandLine,
    row.destination,
    row.severity,
    VERDICT_LABEL[row.verdict],
    row.entity,
    row.tactics.join(" "),
    formatTime(row.time),
  ]
    .join("\n")
    .toLowerCase();
  texts.set(row, text);
  return text;
}

type Order = (a: FindingRow, b: FindingRow) => number;

const ORDERS: Readonly<Record<Exclude<Sort, "incident">, Order>> = {
  time: () => 0,
  severity: (a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity),
  risk: (a, b) => b.riskScore - a.riskScore,
  rule: (a, b) => compare(a.ruleName, b.ruleName),
  host: (a, b) => compare(a.host ?? "\uffff", b.host ?? "\uffff"),
  verdict: (a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict),
};

/** The incident with the highest score first, its findings together; those in none last. */
function byIncident(rows: readonly FindingRow[]): Order {
  const incidents = incidentsOf(rows);
  const score = (row: FindingRow): number => (row.incident === null ? -1 : (incidents.get(row.incident)?.score ?? -1));
  return (a, b) => score(b) - score(a) || (a.incident ?? 0) - (b.incident ?? 0);
}

function orderOf({ sort, descending, rows }: FindingsState): Order {
  const order = sort === "incident" ? byIncident(rows ?? []) : ORDERS[sort];
  const sign = descending ? -1 : 1;
  return (a, b) => sign * (order(a, b) || byTime(a, b));
}

/** Earliest first, unknown times last, then by id. */
function byTime(a: FindingRow, b: FindingRow): number {
  if (a.time === b.time) return a.id - b.id;
  if (a.time === null) return 1;
  if (b.time === null) return -1;
  return a.time < b.time ? -1 : 1;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const GROUP_KEY: Readonly<Record<Group, (row: FindingRow) => string>> = {
  none: () => "",
  rule: (row) => row.ruleName,
  host: (row) => row.host ?? "(no host)",
  incident: (row) => (row.incident === null ? "(no incident)" : `incident ${String(row.incident)}`),
  tactic: (row) => row.tactics[0] ?? "(no tactic)",
  entity: (row) => row.entity ?? "(no entity)",
};

function grouped(rows: readonly FindingRow[], { group, folded, rows: all }: FindingsState): readonly FindingItem[] {
  if (group === "none") return rows.map((row) => ({ kind: "finding", row }));
  const groups = Map.groupBy(rows, GROUP_KEY[group]);
  return [...groups].flatMap(([label, members]): FindingItem[] => {
    const key = `${group}\n${label}`;
    const head: FindingItem = {
      kind: "group",
      key,
      label,
      remark: group === "incident" ? remarkOf(members, all ?? []) : "",
      ids: members.map((row) => row.id),
      undetermined: members.filter((row) => row.verdict === "undetermined").length,
      folded: folded.has(key),
    };
    return head.folded ? [head] : [head, ...members.map((row): FindingItem => ({ kind: "finding", row }))];
  });
}

/** How bad an incident is, and how far it reaches. */
function remarkOf(members: readonly FindingRow[], all: readonly FindingRow[]): string {
  const id = members[0]?.incident ?? null;
  const incident = id === null ? undefined : incidentsOf(all).get(id);
  if (incident === undefined) return "";
  const { score, severity, tactics, hosts } = incident;
  return [`score ${String(score)}`, severity, counted(tactics.length, "tactic"), hosts.join(" ")].join(", ");
}

/** Index of the next (`step` 1) or previous (-1) finding without a verdict, going round; -1 when there is none. */
export function undeterminedIndex(findings: FindingsState, from: number, step: 1 | -1): number {
  const count = findings.items.length;
  for (let distance = 1; distance <= count; distance += 1) {
    const index = (((from + step * distance) % count) + count) % count;
    const item = findings.items[index];
    if (item?.kind === "finding" && item.row.verdict === "undetermined") return index;
  }
  return -1;
}
