import type { Severity } from "../rules/rule.ts";
import type { FindingRow } from "./types.ts";

/** Findings that belong together (see store/incidents.ts). */
export interface Incident {
  /** Smallest id of its findings when it was grouped. */
  readonly id: number;
  /** By time, then id. */
  readonly findings: readonly FindingRow[];
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
  return [...groups].map(([id, findings]) => toIncident(id, findings)).sort(byTime);
}

function toIncident(id: number, findings: readonly FindingRow[]): Incident {
  const tactics = distinct(findings.flatMap((row) => row.tactics));
  const rules = new Map(findings.map((row) => [row.ruleId, row.severity]));
  const severities = [...rules.values()];
  const weight = severities.reduce((sum, severity) => sum + WEIGHT[severity], 0);
  const times = findings.flatMap((row) => (row.time === null ? [] : [row.time, row.endTime ?? row.time]));
  return {
    id,
    findings,
    severity: severities.reduce((worst, each) => (WEIGHT[each] > WEIGHT[worst] ? each : worst), "low"),
    tactics,
    hosts: distinct(findings.flatMap((row) => (row.host === null ? [] : [row.host]))),
    from: times.reduce<bigint | null>((least, time) => (least === null || time < least ? time : least), null),
    to: times.reduce<bigint | null>((most, time) => (most === null || time > most ? time : most), null),
    score: weight * Math.max(1, tactics.length),
  };
}

function distinct(items: readonly string[]): string[] {
  return [...new Set(items)];
}

function byTime(a: Incident, b: Incident): number {
  if (a.from !== b.from) {
    if (a.from === null) return 1;
    if (b.from === null) return -1;
    return a.from < b.from ? -1 : 1;
  }
  return a.id - b.id;
}
