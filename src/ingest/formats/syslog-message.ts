import type { MemberFacts } from "../format.ts";
import { splitCommand } from "../mappings/conversions.ts";
import { SYSLOG_PATTERNS } from "../mappings/syslog.ts";
import { put } from "../mappings/table.ts";
import { auditToEcs, UNKNOWN } from "./auditd-event.ts";
import { parseAuditRecord } from "./auditd-record.ts";
import { auomsToEcs } from "./auoms.ts";
import type { Document } from "./dialect.ts";
import { sysmonXmlToEcs } from "./sysmon-xml.ts";

export interface SyslogMessage {
  /** The program that wrote it, without its process id. */
  readonly program: string;
  readonly message: string;
}

/** Longer messages are not searched for what they mean. */
const MAX_MESSAGE = 64 * 1024;

/**
 * The ECS fields that a message of a Linux program holds: Sysmon for Linux, auoms, single audit records, sshd, sudo, su,
 * cron and account tools. Null when nothing is known of it.
 */
export function messageToEcs({ program, message }: SyslogMessage, member: MemberFacts): Document | null {
  if (message.startsWith("<Event")) return sysmonXmlToEcs(message, member);
  if (message.startsWith("type=AUOMS_")) return auomsToEcs(message, member);
  if (/^(?:node=\S+ )?type=[A-Z]/.test(message)) {
    const record = parseAuditRecord(message);
    if (record !== null) return { ...auditToEcs([record], UNKNOWN, member), "event.original": message };
  }
  if (message.length > MAX_MESSAGE) return null;
  const name = program.replace(/^.*\//, "");
  for (const pattern of SYSLOG_PATTERNS) {
    const match = pattern.program.test(name) ? pattern.message.exec(message) : null;
    if (match !== null) return fromGroups(match.groups ?? {}, pattern.always);
  }
  return null;
}

function fromGroups(
  groups: Readonly<Record<string, string | undefined>>,
  always: Readonly<Record<string, unknown>>,
): Document {
  const out: Document = { "event.kind": "event" };
  for (const [group, value] of Object.entries(groups)) {
    if (value === undefined || value === "" || group === "auth_method") continue;
    const path = group.replace(/(?<!_)_(?!_)/g, ".").replaceAll("__", "_");
    put(out, path, path.endsWith(".port") ? Number(value) : value);
  }
  const command = out["process.command_line"];
  if (typeof command === "string") put(out, "process.args", splitCommand(command));
  return Object.assign(out, always);
}
