import type { MemberFacts } from "../format.ts";
import { splitCommand } from "../mappings/conversions.ts";
import { type AuditRecord, parseAuditRecord } from "./auditd-record.ts";
import { auditToEcs, UNKNOWN } from "./auditd-event.ts";
import type { Document } from "./dialect.ts";

/** auoms' names for what an ENRICHED audit log calls otherwise. */
const NAMES: Readonly<Record<string, string>> = {
  user: "UID",
  group: "GID",
  effective_user: "EUID",
  effective_group: "EGID",
  set_user: "SUID",
  filesystem_user: "FSUID",
  audit_user: "AUID",
};

/**
 * The ECS fields of an event of auoms (the audit collector of the Log Analytics agent): one line that holds what auditd
 * writes as several records. The command line is written with its quotes as they are, so it ends where the next known
 * field begins. Null when the text is no such line.
 */
export function auomsToEcs(line: string, member: MemberFacts): Document | null {
  const free = /^(.*?) (cmdline|proctitle)=(.*?)( redactors=.*)?$/s.exec(line);
  const record = parseAuditRecord(free === null ? line : `${free[1] ?? ""}${free[4] ?? ""}`);
  if (record === null || !record.type.startsWith("AUOMS_")) return null;
  const enriched = new Map<string, string>();
  for (const [own, name] of Object.entries(NAMES)) {
    const value = record.fields.get(own);
    if (value !== undefined) enriched.set(name, value);
  }
  const base = { node: record.fields.get("node") ?? record.node, time: record.time, serial: record.serial, enriched };
  const part = (type: string, fields: Record<string, string>): AuditRecord => ({
    ...base,
    type,
    fields: new Map(Object.entries(fields)),
  });
  const records: AuditRecord[] = [
    { ...base, type: record.fields.has("syscall") ? "SYSCALL" : record.type.slice(6), fields: record.fields },
  ];
  const cwd = record.fields.get("cwd");
  if (cwd !== undefined) records.push(part("CWD", { cwd }));
  const names = list(record.fields.get("path_name"));
  const types = list(record.fields.get("path_nametype"));
  names.forEach((name, index) => records.push(part("PATH", { name, nametype: types[index] ?? "" })));
  const out = auditToEcs(withoutArguments(records), UNKNOWN, member);
  const command = free?.[2] === "cmdline" ? (free[3] ?? "").replace(/^"(.*)"$/s, "$1") : undefined;
  if (command !== undefined) {
    const args = splitCommand(command) ?? [];
    Object.assign(out, { "process.command_line": command, "process.args": args, "process.args_count": args.length });
  } else if (free?.[2] === "proctitle") out["process.title"] = free[3];
  const { containerid } = Object.fromEntries(record.fields);
  if (containerid !== undefined) out["container.id"] = containerid;
  out["auditd.message_type"] = record.type.toLowerCase();
  out["event.original"] = line;
  return out;
}

/** Fields that auoms adds about itself say nothing of the event. */
function withoutArguments(records: AuditRecord[]): AuditRecord[] {
  return records.map((record) => ({
    ...record,
    fields: new Map([...record.fields].filter(([key]) => key !== "SchemaVersion" && key !== "auoms_version")),
  }));
}

function list(json: string | undefined): string[] {
  return [...(json ?? "").matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, item = ""]) => item);
}
