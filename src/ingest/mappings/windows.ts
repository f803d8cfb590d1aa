import type { Converted, MemberFacts } from "../format.ts";
import { type Document, isDocument, newDocument } from "../formats/dialect.ts";
import { text } from "./conversions.ts";
import { deriveHostId } from "./host.ts";
import { merge } from "./merge.ts";
import { SYSMON, SYSMON_COMMON, type SysmonKind } from "./sysmon.ts";
import { applyTable, put } from "./table.ts";
import { CHANNELS, SECURITY, SECURITY_REFERENCE, WINDOWS_SYSTEM, type WindowsKind } from "./windows-security.ts";

/** An event of the Windows event log (or of Sysmon for Linux) out of whatever wrote it. */
export interface WindowsEvent {
  /** The envelope, under the names that `WINDOWS_SYSTEM` maps: `time id provider computer channel ...`. */
  readonly system: Document;
  /** Its event data, under Microsoft's names. */
  readonly data: Document;
  readonly os: "windows" | "linux";
}

/**
 * The ECS document of a Windows event: fields of its kind, of its channel, of its envelope; its data once more below
 * `winlog.event_data`, where rules look for them; and all fields of `original` under their own names.
 */
export function windowsToEcs(event: WindowsEvent, original: Document, member: MemberFacts): Converted {
  const { system, data, os } = event;
  const out = newDocument();
  const id = text(system["id"]) ?? "";
  const provider = text(system["provider"])?.toLowerCase() ?? "";
  const channel = text(system["channel"])?.toLowerCase() ?? "";
  const sysmon = provider.includes("sysmon") || channel.includes("sysmon") ? SYSMON[id] : undefined;
  const kind = CHANNELS[`${channel}/${id}`] ?? (isSecurity(channel, provider) ? SECURITY[id] : undefined);
  if (sysmon !== undefined) applySysmon(sysmon, id, event, out);
  else if (kind !== undefined) applyKind(kind, `${channel}/${id}`, data, out);
  applyTable(
    { id: "windows/system", reference: SECURITY_REFERENCE, always: ALWAYS, rows: WINDOWS_SYSTEM },
    system,
    out,
  );
  put(out, "host.os.type", os);
  const computer = out["host.name"];
  if (typeof computer === "string") put(out, "host.hostname", computer.split(".")[0]);
  if (isSecurity(channel, provider)) put(out, "event.module", "security");
  for (const [name, value] of Object.entries(data)) put(out, `winlog.event_data.${name}`, value);
  if (original["host.id"] === undefined && !(isDocument(original["host"]) && "id" in original["host"])) {
    deriveHostId(out, member);
  }
  return { kind: "event", document: merge(original, out) };
}

const ALWAYS = { "event.kind": "event" } as const;

function isSecurity(channel: string, provider: string): boolean {
  return channel === "security" || provider === "microsoft-windows-security-auditing";
}

function applySysmon(kind: SysmonKind, id: string, { data, os }: WindowsEvent, out: Document): void {
  const { action, task, category, type, rows } = kind;
  applyTable({ id: `sysmon/${id}`, reference: SYSMON_COMMON.reference, always: {}, rows }, data, out);
  const normalised = out["event.action"] ?? (typeof action === "object" ? action[os] : action);
  out["event.action"] = normalised === undefined ? task : [normalised, task];
  put(out, "event.category", category);
  put(out, "event.type", type);
  applyTable(SYSMON_COMMON, data, out);
}

function applyKind(kind: WindowsKind, id: string, data: Document, out: Document): void {
  const { action, category, type, outcome, rows } = kind;
  const always = {
    "event.action": action,
    "event.category": category,
    "event.type": type,
    ...(outcome === undefined ? {} : { "event.outcome": outcome }),
  };
  applyTable({ id, reference: SECURITY_REFERENCE, always, rows }, data, out);
}
