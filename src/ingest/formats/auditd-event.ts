import type { Converted, MemberFacts } from "../format.ts";
import {
  AUDIT_ACCOUNT_FIELDS,
  AUDIT_FIELDS,
  AUDIT_USER_FIELDS,
  type AuditKind,
  AUDITD_REFERENCE,
  RECORDS,
  SYSCALLS,
} from "../mappings/auditd.ts";
import { architectureName, syscallName } from "../mappings/auditd-syscalls.ts";
import { derivedId, deriveHostId } from "../mappings/host.ts";
import { applyLookup, derive, type MappingTable, put } from "../mappings/table.ts";
import { argumentsOf, type AuditRecord, parseAuditRecord, parseSockaddr } from "./auditd-record.ts";
import type { AuditContext, Begun } from "./auditd-splitter.ts";
import { type Document, newDocument } from "./dialect.ts";

/** Records that add to another and never lead an event. */
const PARTS = new Set([
  "EXECVE",
  "CWD",
  "PATH",
  "PROCTITLE",
  "SOCKADDR",
  "EOE",
  "FD_PAIR",
  "MMAP",
  "OBJ_PID",
  "BPRM_FCAPS",
]);

/** The records of one event, with their lines. */
interface EventRecords {
  readonly records: AuditRecord[];
  readonly lines: string[];
  /** Of its first record in the document. */
  readonly lineOffset: number;
}

/**
 * The events of a piece of an audit log: one for each serial, in the order in which they begin. Events of the file before
 * that have records here are none; those that have records in the next file get them.
 */
export function auditEvents(text: string, context: unknown, member: MemberFacts): Converted[] {
  const { events, converted } = readEvents(text);
  const known = isContext(context) ? context : NOTHING;
  const begun = new Map(known.begun.map(([key, ...moments]) => [key, moments]));
  const foreign = converted.length > 0 || events.size > 1 || known.more !== undefined;
  for (const [key, lines] of known.more ?? []) for (const line of lines) addLine(events, line, key);
  for (const [key, { records, lines, lineOffset }] of events) {
    if (known.continued?.includes(key) === true) {
      converted.push({ kind: "none" });
      continue;
    }
    const document = auditToEcs(records, begun.get(key) ?? UNKNOWN, member);
    // Alone in its document, an event has the document as its original.
    if (foreign) document["event.original"] = lines.join("\n");
    converted.push({ kind: "event", document, lineOffset });
  }
  return converted.sort((a, b) => offsetOf(a) - offsetOf(b));
}

function readEvents(text: string): { events: Map<string, EventRecords>; converted: Converted[] } {
  const events = new Map<string, EventRecords>();
  const converted: Converted[] = [];
  let lineOffset = -1;
  for (const ended of text.split("\n")) {
    lineOffset += 1;
    const line = ended.endsWith("\r") ? ended.slice(0, -1) : ended;
    if (line === "" || addLine(events, line, null, lineOffset)) continue;
    converted.push({ kind: "rejected", code: "not-audit", reason: "no audit record", lineOffset });
  }
  return { events, converted };
}

/**
 * Adds a record to its event.
 * @param known key of an event that is there; null: the record tells, and may begin one
 */
function addLine(events: Map<string, EventRecords>, line: string, known: string | null, lineOffset = 0): boolean {
  const record = parseAuditRecord(line);
  if (record === null) return false;
  const key = known ?? `${record.node ?? ""} ${record.time}:${record.serial}`;
  const event = events.get(key);
  if (event !== undefined) {
    event.records.push(record);
    event.lines.push(line);
  } else if (known === null) events.set(key, { records: [record], lines: [line], lineOffset });
  return true;
}

const NOTHING: AuditContext = { begun: [] };
/** The log shows nothing of the processes before. */
export const UNKNOWN: Begun = [null, null, null];

function offsetOf(converted: Converted): number {
  return converted.kind === "none" ? 0 : (converted.lineOffset ?? 0);
}

function isContext(value: unknown): value is AuditContext {
  return typeof value === "object" && value !== null && "begun" in value;
}

/**
 * The ECS document of one audit event.
 * @param begun what the log shows of its process and the parent
 */
export function auditToEcs(records: readonly AuditRecord[], begun: Begun, member: MemberFacts): Document {
  const out = newDocument();
  const call = records.find(({ type }) => type === "SYSCALL");
  const special = records.find(({ type }) => type !== "SYSCALL" && !PARTS.has(type));
  const leader = call ?? special ?? records[0];
  if (leader === undefined) return out;
  const field = lookupIn(leader);
  const syscall =
    call === undefined ? undefined : syscallName(field("arch"), field("SYSCALL") ?? field("syscall") ?? "");
  const failed = /^(?:no|failed|0)$/.test(field("success") ?? field("res") ?? "");
  const kind = kindOf(syscall, special?.type);

  putAction(out, kind, syscall, special ?? leader, failed);
  if (kind?.object !== undefined) putFiles(out, kind, records, field, failed);
  if (syscall !== undefined) putSocket(out, syscall, records);
  if (syscall === undefined || special?.type === "LOGIN") {
    const table = kind?.category.includes("iam") === true ? ACCOUNT_TABLE : USER_TABLE;
    applyLookup(table, special === undefined ? field : lookupIn(special), out);
  }
  const cwd = records.find(({ type }) => type === "CWD")?.fields.get("cwd");
  put(out, "process.working_directory", cwd);
  applyLookup(FIELDS_TABLE, field, out);
  if (out["user.name"] !== undefined && out["user.name"] !== (field("UID") ?? out["user.name"])) delete out["user.id"];
  putProcess(out, records, field("comm"), syscall, failed);
  putTarget(out, records, syscall, field);

  out["@timestamp"] = leader.time;
  out["event.module"] = "auditd";
  out["event.sequence"] = Number(leader.serial);
  out["auditd.sequence"] = Number(leader.serial);
  out["auditd.message_type"] = (special ?? leader).type.toLowerCase();
  out["host.os.type"] = "linux";
  put(out, "host.name", leader.node ?? undefined);
  putData(out, records, syscall);
  deriveHostId(out, member);
  deriveEntities(out, begun);
  return out;
}

const FIELDS_TABLE: MappingTable = {
  id: "auditd/fields",
  reference: AUDITD_REFERENCE,
  always: { "event.kind": "event" },
  rows: AUDIT_FIELDS,
};
const USER_TABLE: MappingTable = { ...FIELDS_TABLE, id: "auditd/user", always: {}, rows: AUDIT_USER_FIELDS };
const ACCOUNT_TABLE: MappingTable = { ...USER_TABLE, id: "auditd/account", rows: AUDIT_ACCOUNT_FIELDS };

type Lookup = (field: string) => string | undefined;

/** The fields of a record by name. */
function lookupIn({ fields, enriched }: AuditRecord): Lookup {
  return enriched.size === 0 ? (name) => fields.get(name) : (name) => enriched.get(name) ?? fields.get(name);
}

function kindOf(syscall: string | undefined, type: string | undefined): AuditKind | undefined {
  const record = type === undefined ? undefined : RECORDS[type];
  if (syscall === undefined) return record;
  return type === "LOGIN" || type === "AVC" || type === "SECCOMP" ? record : (SYSCALLS[syscall] ?? record);
}

function putAction(
  out: Document,
  kind: AuditKind | undefined,
  syscall: string | undefined,
  record: AuditRecord,
  failed: boolean,
): void {
  if (kind === undefined) {
    out["event.action"] = syscall ?? record.type.toLowerCase().replaceAll("_", "-");
    if (syscall !== undefined) put(out, "event.category", ["process"]);
    put(out, "event.type", ["info"]);
    return;
  }
  const attempt = failed && syscall !== undefined && (kind.type.includes("start") || kind.type.includes("end"));
  const isNetwork = kind.category.includes("network");
  out["event.action"] = attempt && !isNetwork ? kind.action.slice(-1) : kind.action;
  out["event.category"] = kind.category;
  out["event.type"] = attempt && !isNetwork ? ["info"] : kind.type;
}

/** Paths of the PATH records, absolute: relative names begin at the working directory. */
function paths(records: readonly AuditRecord[]): { name: string; fields: ReadonlyMap<string, string> }[] {
  const cwd = records.find(({ type }) => type === "CWD")?.fields.get("cwd") ?? "";
  return records.flatMap(({ type, fields }) => {
    const name = fields.get("name");
    if (type !== "PATH" || name === undefined) return [];
    const absolute = name.startsWith("/") || cwd === "" ? name : normalise(`${cwd}/${name}`);
    return [{ name: absolute, fields }];
  });
}

function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

const WRITE_FLAGS = 0o1 | 0o2 | 0o100 | 0o1000;

function putFiles(
  out: Document,
  kind: AuditKind,
  records: readonly AuditRecord[],
  field: Lookup,
  failed: boolean,
): void {
  if (kind.object === "module") {
    const name = records.find(({ type }) => type === "KERN_MODULE")?.fields.get("name");
    put(out, "file.name", name);
    const path = paths(records).find((item) => item.fields.get("nametype") !== "PARENT")?.name;
    put(out, "file.path", path);
    return;
  }
  const found = paths(records);
  const of = (nametype: string): (typeof found)[number] | undefined =>
    found.find((item) => item.fields.get("nametype") === nametype);
  const renamed = kind.action[0] === "rename";
  const object = of("CREATE") ?? of("DELETE") ?? of("NORMAL") ?? of("UNKNOWN") ?? found.at(-1);
  if (object === undefined) return;
  if (renamed) put(out, "file.Ext.original.path", of("DELETE")?.name ?? found.find((item) => item !== object)?.name);
  putFile(out, object.name);
  const link = kind.action[1] === "linked" || kind.action[1] === "symlinked";
  if (link) put(out, "file.target_path", of("NORMAL")?.name ?? of("UNKNOWN")?.name);
  const mode = object.fields.get("mode");
  put(out, "file.mode", mode?.slice(-4));
  put(out, "file.inode", object.fields.get("inode"));
  put(out, "file.uid", object.fields.get("ouid"));
  put(out, "file.gid", object.fields.get("ogid"));
  if (kind.action[0] !== "open" || failed) return;
  const flags = parseInt(field(field("syscall") === "2" || field("SYSCALL") === "open" ? "a1" : "a2") ?? "0", 16);
  if (of("CREATE") !== undefined)
    [out["event.action"], out["event.type"]] = [["creation", "opened-file"], ["creation"]];
  else if ((flags & WRITE_FLAGS) !== 0)
    [out["event.action"], out["event.type"]] = [["modification", "opened-file"], ["change"]];
}

function putFile(out: Document, path: string): void {
  put(out, "file.path", path);
  const slash = path.lastIndexOf("/");
  put(out, "file.name", path.slice(slash + 1) || undefined);
  put(out, "file.directory", slash > 0 ? path.slice(0, slash) : slash === 0 ? "/" : undefined);
  const extension = /[^.]\.([^.]+)$/.exec(path.slice(slash + 1))?.[1];
  put(out, "file.extension", extension);
}

/** A connection to nowhere outside (a unix socket) is no connection of Elastic Defend's. */
function putSocket(out: Document, syscall: string, records: readonly AuditRecord[]): void {
  const address = parseSockaddr(records.find(({ type }) => type === "SOCKADDR")?.fields.get("saddr"));
  if (address === undefined) return;
  put(out, "auditd.data.socket.family", address.family);
  const accepted = syscall.startsWith("accept");
  const side = accepted || syscall.startsWith("recv") ? "source" : syscall === "bind" ? "source" : "destination";
  if (address.ip === undefined) {
    put(out, "auditd.data.socket.path", address.path);
    if (Array.isArray(out["event.action"])) out["event.action"] = (out["event.action"] as unknown[]).slice(-1);
    return;
  }
  put(out, `${side}.ip`, address.ip);
  put(out, `${side}.address`, address.ip);
  put(out, `${side}.port`, address.port);
  put(out, "network.type", address.family);
  put(
    out,
    "network.direction",
    accepted ? "ingress" : syscall === "connect" || syscall.startsWith("send") ? "egress" : undefined,
  );
}

function putProcess(
  out: Document,
  records: readonly AuditRecord[],
  comm: string | undefined,
  syscall: string | undefined,
  failed: boolean,
): void {
  const executable = out["process.executable"];
  const base = typeof executable === "string" ? executable.slice(executable.lastIndexOf("/") + 1) : undefined;
  const executed = syscall?.startsWith("execve") === true && !failed;
  const shortened = comm !== undefined && base?.startsWith(comm) === true;
  put(out, "process.name", (executed && !shortened ? comm : undefined) ?? base ?? comm);
  const args = argumentsOf(records);
  if (args !== undefined) {
    put(out, "process.args", args);
    put(out, "process.args_count", args.length);
    put(out, "process.command_line", args.join(" "));
  }
  const title = records.find(({ type }) => type === "PROCTITLE")?.fields.get("proctitle");
  if (title === undefined) return;
  put(out, "process.title", title.replaceAll("\0", " "));
  if (args !== undefined || executed) return;
  put(out, "process.args", title.split("\0"));
  put(out, "process.command_line", title.replaceAll("\0", " "));
}

/** Who was traced or killed. */
function putTarget(out: Document, records: readonly AuditRecord[], syscall: string | undefined, field: Lookup): void {
  const object = records.find(({ type }) => type === "OBJ_PID")?.fields;
  if (object !== undefined) {
    put(out, "Target.process.pid", Number(object.get("opid")));
    put(out, "Target.process.name", object.get("ocomm"));
  }
  if (syscall === "ptrace") put(out, "auditd.data.request", field("a0"));
}

/** Fields of the records under auditd's own names. */
function putData(out: Document, records: readonly AuditRecord[], syscall: string | undefined): void {
  for (const { type, fields } of records) {
    if (type === "EXECVE" || type === "PATH" || type === "PROCTITLE" || type === "CWD") continue;
    for (const [key, value] of fields) put(out, dataPath(key), value);
  }
  if (syscall !== undefined) out["auditd.data.syscall"] = syscall;
  const arch = out["auditd.data.arch"];
  if (typeof arch === "string") out["auditd.data.arch"] = architectureName(arch);
}

const dataPaths = new Map<string, string>();

/** `auditd.data.KEY`, made once for each of the usual keys. */
function dataPath(key: string): string {
  const known = dataPaths.get(key);
  if (known !== undefined) return known;
  const path = `auditd.data.${key}`;
  if (dataPaths.size < 1000) dataPaths.set(key, path);
  return path;
}

/** Ids of the process and its parent: of host, pid and the moment it began, where the log shows one; and the parent's name. */
function deriveEntities(out: Document, begun: Begun): void {
  const host = String(out["host.id"]);
  const id = (pid: unknown, moment: string | null): string | undefined =>
    typeof pid === "number" ? derivedId(`process:${host}:${String(pid)}:${moment ?? ""}`) : undefined;
  const own = id(out["process.pid"], begun[0]);
  const parent = id(out["process.parent.pid"], begun[1]);
  const program = begun[2] ?? undefined;
  derive(out, {
    "process.entity_id": own,
    "process.parent.entity_id": parent,
    "process.parent.executable": program,
    "process.parent.name": program?.slice(program.lastIndexOf("/") + 1),
  });
}
