/**
 * Fields that say at a glance what an event is about. The loader keeps a column for each that the evidence has, so that
 * lists of findings and incidents need no original document. Order is preference.
 */
export const SUMMARY_FIELDS = {
  host: ["host.name", "host.hostname", "host.id"],
  container: ["container.name", "container.id"],
  user: ["user.name", "user.id"],
  process: ["process.name", "process.executable"],
  commandLine: ["process.command_line"],
  entity: ["process.entity_id"],
  parentEntity: ["process.parent.entity_id"],
  destinationAddress: ["destination.ip", "destination.domain", "dns.question.name", "url.full"],
  destinationPort: ["destination.port"],
} as const;
