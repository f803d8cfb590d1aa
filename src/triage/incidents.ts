import type { Severity } from "../rules/rule.ts";
import type { FindingRow } from "./types.ts";

/** Findings that belong together (see store/incidents.ts). */
export interface Incident extends IncidentSummary {
  /** By time, then id. */
  readonly findings: readonly FindingRow[];
}

/** What is said of an incident without its findings. */
export interface IncidentSummary {
  /** Smallest id of its findings when it was grouped. */
  readonly id: number;
  readonly severity: Severity;
  readonly tactics: readonly string[];
  readonly hosts: readonly string[];
  readonly from: bigint | null;
  readonly to: bigint | null;
  /** Grows with the severity of its rules, each counted once, and with the number of distinct tactics. */
  readonly score: number;
}

const WEIGHT: Readonly<Record<Severity, number>> = { low: 1, medium: 3, high: 7, critical: 15 };

/** The incidents of `rows`, in order of time, then id. Findings in none (suppressed, gone) are left out. */
export function toIncidents(rows: readonly FindingRow[]): Incident[] {
  const groups = new Map<number, FindingRow[]>();
  for (const row of rows) {
    if (row.incident === null) continue;
    const group = groups.get(row.incident);
    if (group === undefined) groups.set(row.incident, [row]);
    else group.push(row);
  }
  return [...groups].map(([id, findings]) => toIncident(id, findings)).sort(byFirstEvent);
}

function toIncident(id: number, findings: readonly FindingRow[]): Incident {
  return { ...summariseIncident(id, findings), findings };
}

/** `rows`: its findings, in any order; they are not kept. */
export function summariseIncident(id: number, rows: Iterable<FindingRow>): IncidentSummary {
  const tactics = new Set<string>();
  const hosts = new Set<string>();
  const rules = new Map<string, Severity>();
  let from: bigint | null = null;
  let to: bigint | null = null;
  for (const row of rows) {
    for (const tactic of row.tactics) tactics.add(tactic);
    if (row.host !== null) hosts.add(row.host);
    rules.set(row.ruleId, row.severity);
    const { time } = row;
    if (time === null) continue;
    const end = row.endTime ?? time;
    if (from === null || time < from) from = time;
    if (to === null || end > to) to = end;
  }
  const severities = [...rules.values()];
  const weight = severities.reduce((sum, severity) => sum + WEIGHT[severity], 0);
  return {
    id,
    severity: severities.reduce((worst, each) => (WEIGHT[each] > WEIGHT[worst] ? each : worst), "low"),
    tactics: [...tactics],
    hosts: [...hosts],
    from,
    to,
    score: weight * Math.max(1, tactics.size),
  };
}

/** By first event, those without a time last, then id. */
export function byFirstEvent(a: IncidentSummary, b: IncidentSummary): number {
  if (a.from !== b.from) {
    if (a.from === null) return 1;
    if (b.from === null) return -1;
    return a.from < b.from ? -1 : 1;
  }
  return a.id - b.id;
}
