import { evidenceFile, type ExportedEvent, type ExportedFinding } from "./exported-finding.ts";

/** What proves a finding, a line each: its rule, the SQL and program that found it; then where each event stands. */
export function citationLines({ row, rule, sqlHash, toolVersion, events }: ExportedFinding): string[] {
  return [
    `finding ${row.id}: rule ${rule.id}, ${rule.path}, sha256 ${rule.hash}; ` +
      `SQL sha256 ${sqlHash ?? "not recorded"}; eqlite ${toolVersion ?? "of unknown version"}`,
    ...events.map(eventCitation),
  ];
}

function eventCitation({ position, event }: ExportedEvent): string {
  if (event === null) return `event ${position}: missing, none matched here`;
  return (
    `event ${position}: ${evidenceFile(event)}, source sha256 ${event.sourceSha256 ?? "unknown"}, line ${event.line}, ` +
    `byte ${event.offset}, original sha256 ${event.originalSha256 ?? "withheld"}`
  );
}
