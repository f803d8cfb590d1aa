import type { Converted, MemberFacts } from "../format.ts";
import { splitCommand, text } from "../mappings/conversions.ts";
import { deriveHostId } from "../mappings/host.ts";
import {
  ENDGAME,
  ENDGAME_KINDS,
  FALCO,
  FALCO_KINDS,
  JOURNALD,
  type KindOfEvent,
  OSQUERY,
  OSQUERY_REFERENCE,
  TETRAGON,
  TETRAGON_KINDS,
} from "../mappings/linux-json.ts";
import { merge } from "../mappings/merge.ts";
import { applyTable, put } from "../mappings/table.ts";
import { at, type Dialect, type Document, isDocument, newDocument } from "./dialect.ts";
import { messageToEcs } from "./syslog-message.ts";

function putKind(out: Document, kind: KindOfEvent | undefined): void {
  if (kind === undefined) return;
  put(out, "event.action", kind.action.length === 0 ? undefined : kind.action);
  put(out, "event.category", kind.category);
  put(out, "event.type", kind.type);
}

function finish(original: Document, out: Document, member: MemberFacts): Converted[] {
  if (at(original, "host.id") === undefined && out["host.id"] === undefined) deriveHostId(out, member);
  return [{ kind: "event", document: merge(original, out) }];
}

const tetragonKey = (document: Document): string | undefined =>
  Object.keys(document).find((key) => key.startsWith("process_") && isDocument(at(document, `${key}.process`)));

/** Cilium Tetragon's JSON export. */
export const tetragon: Dialect = {
  id: "tetragon",
  title: "Events of Cilium Tetragon.",
  matches: (document) => tetragonKey(document) !== undefined,
  convert(document, member) {
    const key = tetragonKey(document) ?? "";
    const event = document[key];
    if (!isDocument(event)) return finish(document, {}, member);
    const probe = text(event["function_name"])?.replace(/^__(?:x64|arm64)_/, "");
    const flags = text(at(event, "process.flags")) ?? "";
    const forked = key === "process_exec" && flags.includes("clone") && !flags.includes("execve");
    const out = newDocument();
    if (forked) out["event.action"] = ["fork"];
    putKind(out, TETRAGON_KINDS[probe ?? key] ?? TETRAGON_KINDS[key]);
    put(out, "event.action", probe ?? key);
    put(out, "event.category", ["process"]);
    put(out, "event.type", ["info"]);
    putTetragonArguments(out, event);
    applyTable(TETRAGON, event, out);
    putCommand(out, "process", text(at(event, "process.binary")), text(at(event, "process.arguments")));
    putCommand(out, "process.parent", text(at(event, "parent.binary")), text(at(event, "parent.arguments")));
    put(out, "@timestamp", document["time"]);
    put(out, "host.name", text(document["node_name"]));
    return finish(document, out, member);
  },
};

/** The arguments of a kernel probe that say what was opened or connected to. */
function putTetragonArguments(out: Document, event: Document): void {
  const list = Array.isArray(event["args"]) ? (event["args"] as unknown[]).filter(isDocument) : [];
  for (const item of list) {
    const { sock_arg: sock, sockaddr_arg: address, file_arg: file, path_arg: path, module_arg: module } = item;
    if (isDocument(sock)) {
      const rows = [
        ["saddr", "source.ip", "ip"],
        ["sport", "source.port", "port"],
        ["daddr", "destination.ip", "ip"],
        ["dport", "destination.port", "port"],
        ["daddr", "network.type", "ipType"],
      ] as const;
      applyTable({ id: "tetragon/sock_arg", reference: TETRAGON.reference, always: {}, rows }, sock, out);
    }
    if (isDocument(address)) {
      const rows = [
        ["addr", "destination.ip", "ip"],
        ["port", "destination.port", "port"],
      ] as const;
      applyTable({ id: "tetragon/sockaddr_arg", reference: TETRAGON.reference, always: {}, rows }, address, out);
    }
    const found = isDocument(file) ? file["path"] : isDocument(path) ? path["path"] : undefined;
    put(out, "file.path", text(found));
    put(out, "file.name", text(found)?.replace(/^.*\//s, ""));
    if (isDocument(module)) put(out, "file.name", text(module["name"]));
  }
}

/** A program and the text of its other arguments, in which quotes hold arguments with spaces. */
function putCommand(
  out: Document,
  of: "process" | "process.parent",
  program: string | undefined,
  rest: string | undefined,
): void {
  if (program === undefined) return;
  const args = [program, ...(splitCommand(rest) ?? [])];
  put(out, `${of}.args`, args);
  put(out, `${of}.args_count`, args.length);
  put(out, `${of}.command_line`, rest === undefined ? program : `${program} ${rest}`);
}

/** Falco's alerts as JSON. */
export const falco: Dialect = {
  id: "falco",
  title: "Alerts of Falco.",
  matches: (document) => "output_fields" in document && "rule" in document && "priority" in document,
  convert(document, member) {
    const fields = isDocument(document["output_fields"]) ? document["output_fields"] : {};
    const out = newDocument();
    const kind = FALCO_KINDS[text(fields["evt.type"]) ?? ""];
    const inet = text(fields["fd.l4proto"]) !== undefined || text(fields["fd.sip"] ?? fields["fd.rip"]) !== undefined;
    putKind(out, kind);
    put(out, "event.action", text(fields["evt.type"]));
    put(out, "event.category", [inet ? "network" : "process"]);
    put(out, "event.type", ["info"]);
    applyTable(FALCO, fields, out);
    put(out, "@timestamp", document["time"] ?? fields["evt.time"]);
    put(out, "message", text(document["output"]));
    const rule = text(document["rule"]);
    put(out, "rule.name", rule);
    put(out, "log.level", text(document["priority"])?.toLowerCase());
    put(out, "tags", document["tags"]);
    put(out, "event.id", text(document["uuid"]));
    put(out, "host.name", text(document["hostname"]));
    const { rule: _rule, tags: _tags, ...rest } = document;
    const original = { ...rest, ...(rule === undefined ? { rule: document["rule"] } : {}) };
    return finish(original, out, member);
  },
};

/** Results of osquery's scheduled queries: differential, batched (`diffResults`) or snapshots. */
export const osquery: Dialect = {
  id: "osquery",
  title: "Results of osquery's scheduled queries.",
  matches: (document) =>
    "hostIdentifier" in document && ("columns" in document || "snapshot" in document || "diffResults" in document),
  convert(document, member) {
    const { snapshot, diffResults, ...envelope } = document;
    const rows: [action: unknown, columns: unknown][] = [];
    if (Array.isArray(snapshot)) for (const row of snapshot as unknown[]) rows.push(["snapshot", row]);
    else if (isDocument(diffResults)) {
      for (const action of ["added", "removed"]) {
        const list = diffResults[action];
        if (Array.isArray(list)) for (const row of list as unknown[]) rows.push([action, row]);
      }
    } else rows.push([document["action"], document["columns"]]);
    return rows.flatMap(([action, columns]) => osqueryRow(envelope, action, columns, member));
  },
};

function osqueryRow(envelope: Document, action: unknown, columns: unknown, member: MemberFacts): Converted[] {
  const out = newDocument();
  const row = isDocument(columns) ? columns : {};
  const kind = OSQUERY.find((candidate) => candidate.columns.every((column) => Object.hasOwn(row, column)));
  const evented = kind !== undefined && kind.action.length > 0;
  out["event.action"] = evented ? kind.action : `osquery-${text(action) ?? "result"}`;
  if (evented && text(row["time"]) !== undefined) out["@timestamp"] = row["time"];
  if (kind !== undefined) {
    putKind(out, kind);
    applyTable({ id: "osquery/row", reference: OSQUERY_REFERENCE, always: {}, rows: kind.rows }, row, out);
  }
  put(out, "@timestamp", envelope["unixTime"] ?? envelope["calendarTime"]);
  put(out, "event.kind", kind === undefined || !evented ? "state" : "event");
  put(out, "event.module", "osquery");
  put(out, "event.dataset", text(envelope["name"]));
  put(out, "host.name", text(envelope["hostIdentifier"]));
  put(out, "host.id", text(at(envelope, "decorations.host_uuid")));
  return finish({ ...envelope, action, columns }, out, member);
}

/** `journalctl -o json`; messages of sshd, sudo and others are read as in a text log. */
export const journald: Dialect = {
  id: "journald",
  title: "Entries of the systemd journal: journalctl -o json.",
  matches: (document) => "__REALTIME_TIMESTAMP" in document && ("MESSAGE" in document || "__CURSOR" in document),
  convert(document, member) {
    const message = journalText(document["MESSAGE"]);
    const out = newDocument();
    const program = text(document["SYSLOG_IDENTIFIER"]) ?? text(document["_COMM"]) ?? "";
    const known = message === undefined ? null : messageToEcs({ program, message }, member);
    if (known !== null) Object.assign(out, known);
    applyTable(JOURNALD, document, out);
    put(out, "message", message);
    return finish({ ...document, MESSAGE: message ?? document["MESSAGE"] }, out, member);
  },
};

/** Messages that are no clean UTF-8 are lists of bytes. */
function journalText(value: unknown): string | undefined {
  if (!Array.isArray(value)) return typeof value === "string" ? value : undefined;
  return Buffer.from(value.filter((byte): byte is number => typeof byte === "number")).toString("utf8");
}

/** Events of Endgame's sensor. */
export const endgame: Dialect = {
  id: "endgame",
  title: "Events of Endgame's sensor, as in the data of the Python EQL library.",
  matches: (document) =>
    typeof document["event_type"] === "string" &&
    "timestamp" in document &&
    ("unique_pid" in document || "process_name" in document),
  convert(document, member) {
    const out = newDocument();
    const [type = "", subtype = ""] = [text(document["event_type"]), text(document["subtype"])];
    putKind(out, ENDGAME_KINDS[`${type}/${subtype}`] ?? ENDGAME_KINDS[type]);
    applyTable(ENDGAME, document, out);
    return finish(document, out, member);
  },
};

/** A table of Azure Log Analytics (Microsoft Sentinel) that holds syslog: Sysmon for Linux, auoms, sshd and others. */
export const sentinelSyslog: Dialect = {
  id: "sentinel-syslog",
  title: "Syslog table of Microsoft Sentinel: Sysmon for Linux, auoms and other messages.",
  matches: (document) =>
    "SyslogMessage" in document &&
    ("TimeGenerated" in document || "EventTime" in document || "TimeGenerated [UTC]" in document),
  convert(document, member) {
    const message = text(document["SyslogMessage"]) ?? "";
    const program = text(document["ProcessName"]) ?? "";
    const out: Document = messageToEcs({ program, message }, member) ?? {
      "event.kind": "event",
      "process.name": program,
    };
    put(
      out,
      "@timestamp",
      text(document["TimeGenerated"]) ?? text(document["TimeGenerated [UTC]"]) ?? text(document["EventTime"]),
    );
    const name = text(document["Computer"]) ?? text(document["HostName"]);
    if (out["host.name"] === undefined || out["host.id"] === undefined) {
      out["host.name"] = name;
      delete out["host.id"];
    }
    put(out, "host.hostname", name);
    put(out, "host.ip", text(document["HostIP"]));
    put(out, "host.os.type", "linux");
    put(out, "log.level", text(document["SeverityLevel"]));
    if (out["event.original"] === undefined) put(out, "message", message);
    return finish(document, out, member);
  },
};
