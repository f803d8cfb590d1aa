import type { MemberFacts } from "../format.ts";
import { windowsToEcs } from "../mappings/windows.ts";
import { type Document, newDocument } from "./dialect.ts";

const element = (name: string): RegExp => new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}>`);
const attribute = (name: string, of: string): RegExp => new RegExp(`<${name}\\s[^>]*?\\b${of}=(?:"([^"]*)"|'([^']*)')`);

/** Where the fields of an event's head are. */
const SYSTEM: readonly (readonly [field: string, pattern: RegExp])[] = [
  ["time", attribute("TimeCreated", "SystemTime")],
  ["id", element("EventID")],
  ["provider", attribute("Provider", "Name")],
  ["providerGuid", attribute("Provider", "Guid")],
  ["computer", element("Computer")],
  ["channel", element("Channel")],
  ["record", element("EventRecordID")],
  ["task", element("Task")],
  ["opcode", element("Opcode")],
  ["pid", attribute("Execution", "ProcessID")],
  ["thread", attribute("Execution", "ThreadID")],
  ["userSid", attribute("Security", "UserId")],
];

/**
 * The ECS fields of an event that Sysmon for Linux wrote to syslog as XML; null when the text is none. The XML is
 * Sysmon's own: one level of elements, `Data` elements with a name. Entities are decoded, nothing is fetched or expanded.
 */
export function sysmonXmlToEcs(xml: string, member: MemberFacts): Document | null {
  if (!xml.startsWith("<Event") || !xml.includes("<System>")) return null;
  const system: Document = newDocument();
  for (const [field, pattern] of SYSTEM) {
    const found = pattern.exec(xml);
    system[field] = decode(found?.[1] ?? found?.[2]);
  }
  const data: Document = {};
  for (const [, name = "", value = ""] of xml.matchAll(/<Data Name=["']([^"']*)["']>([^<]*)<\/Data>/g)) {
    data[name] = decode(value);
  }
  const { UtcTime: utc, ...rest } = data;
  const converted = windowsToEcs({ system, data: rest, os: "linux" }, {}, member);
  if (converted.kind !== "event") return null;
  return { ...converted.document, "winlog.event_data.UtcTime": utc };
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function decode(value: string | undefined): string | undefined {
  return value?.replace(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/g, (all, hex, decimal, name) => {
    if (typeof name === "string") return ENTITIES[name] ?? all;
    const code = typeof hex === "string" ? parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
