/** The incidents of the findings that are loaded: made once per list. */
import { type Incident, toIncidents } from "../../triage/incidents.ts";
import type { FindingRow } from "../../triage/types.ts";

const known = new WeakMap<readonly FindingRow[], ReadonlyMap<number, Incident>>();

/** Incidents by id. */
export function incidentsOf(rows: readonly FindingRow[]): ReadonlyMap<number, Incident> {
  const cached = known.get(rows);
  if (cached !== undefined) return cached;
  const incidents = new Map(toIncidents(rows).map((incident) => [incident.id, incident]));
  known.set(rows, incidents);
  return incidents;
}

/** `3, score 84, 12 findings`; null for a finding that is in none. */
export function incidentText(rows: readonly FindingRow[], row: FindingRow): string | null {
  const incident = row.incident === null ? undefined : incidentsOf(rows).get(row.incident);
  if (incident === undefined) return row.incident === null ? null : String(row.incident);
  const { id, score, findings } = incident;
  return `${String(id)}, score ${String(score)}, ${String(findings.length)} finding${findings.length === 1 ? "" : "s"}`;
}
