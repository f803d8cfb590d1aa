import { text } from "../mappings/conversions.ts";
import { HAYABUSA } from "../mappings/hayabusa.ts";
import { deriveHostId } from "../mappings/host.ts";
import { merge } from "../mappings/merge.ts";
import { SYSMON } from "../mappings/sysmon.ts";
import { applyTable, put } from "../mappings/table.ts";
import { SECURITY } from "../mappings/windows-security.ts";
import { windowsToEcs } from "../mappings/windows.ts";
import { at, type Dialect, type Document, isDocument, newDocument } from "./dialect.ts";

/** Keys of flat documents (NXLog, Logstash, Mordor) that belong to the envelope, not to the event's data. */
const ENVELOPE = new Set([
  "@timestamp",
  "@version",
  "AccountName",
  "AccountType",
  "ActivityID",
  "Category",
  "Channel",
  "Computer",
  "Domain",
  "EventID",
  "EventReceivedTime",
  "EventRecordID",
  "EventTime",
  "EventTypeOrignal",
  "ExecutionProcessID",
  "ExecutionThreadID",
  "Hostname",
  "Keywords",
  "Level",
  "Message",
  "Opcode",
  "OpcodeValue",
  "ProviderGuid",
  "ProviderName",
  "RecordNumber",
  "RelatedActivityID",
  "Severity",
  "SeverityValue",
  "SourceModuleName",
  "SourceModuleType",
  "SourceName",
  "Source",
  "Task",
  "ThreadID",
  "TimeCreated",
  "UserID",
  "Version",
  "_provenance",
  "host",
  "port",
  "tags",
  "timestamp",
  "type",
]);

/** Flat keys: Sysmon and other channels by NXLog, Logstash, Mordor, and the JSONL that Hayabusa's tests use. */
export const windowsFlat: Dialect = {
  id: "windows-flat",
  title: "Windows events as flat JSON: NXLog, Logstash, Hayabusa's JSONL.",
  matches: (document) =>
    "EventID" in document &&
    ("Channel" in document || "SourceName" in document || "ProviderName" in document) &&
    !isDocument(document["Event"]),
  convert(document, member) {
    const data: Document = Object.fromEntries(Object.entries(document).filter(([key]) => !ENVELOPE.has(key)));
    const first = (...keys: string[]): unknown => keys.map((key) => document[key]).find((value) => text(value));
    const system = {
      time: first("TimeCreated", "@timestamp", "EventTime", "timestamp"),
      id: document["EventID"],
      provider: first("SourceName", "ProviderName", "Source"),
      providerGuid: document["ProviderGuid"],
      computer: first("Hostname", "Computer"),
      message: document["Message"],
      level: first("Severity", "Level"),
      channel: document["Channel"],
      record: first("RecordNumber", "EventRecordID"),
      task: first("Category", "Task"),
      opcode: document["Opcode"],
      pid: document["ExecutionProcessID"],
      thread: first("ThreadID", "ExecutionThreadID"),
      userSid: document["UserID"],
      userName: document["AccountName"],
      userDomain: document["Domain"],
    };
    return windowsToEcs({ system, data, os: "windows" }, document, member);
  },
};

/** Detections of Hayabusa: alerts, not the events themselves. */
export const hayabusa: Dialect = {
  id: "hayabusa",
  title: "Detections of Hayabusa: json-timeline, as JSON or JSONL.",
  matches: (document) => "RuleTitle" in document && "Timestamp" in document && "Computer" in document,
  convert(document, member) {
    const out = newDocument();
    const id = text(document["EventID"]) ?? "";
    const channel = text(document["Channel"])?.toLowerCase() ?? "";
    const kind = channel.includes("sysmon") ? SYSMON[id] : channel.startsWith("sec") ? SECURITY[id] : undefined;
    put(out, "event.category", kind?.category);
    put(out, "event.type", kind?.type);
    applyTable(HAYABUSA, document, out);
    deriveHostId(out, member);
    return { kind: "event", document: merge(document, out) };
  },
};

/** Winlogbeat 6: no ECS yet; `event_data`, `event_id`, `computer_name` at the top. */
export const winlogbeat6: Dialect = {
  id: "winlogbeat6",
  title: "Events of Winlogbeat 5 and 6, before ECS.",
  matches: (document) => "event_id" in document && "log_name" in document && "computer_name" in document,
  convert(document, member) {
    const { user, ...original } = document;
    const system = {
      time: document["@timestamp"],
      id: document["event_id"],
      provider: document["source_name"],
      providerGuid: document["provider_guid"],
      computer: document["computer_name"],
      message: document["message"],
      level: document["level"],
      channel: document["log_name"],
      record: document["record_number"],
      task: document["task"],
      opcode: document["opcode"],
      pid: document["process_id"],
      thread: document["thread_id"],
      userSid: at(document, "user.identifier"),
      userName: at(document, "user.name"),
      userDomain: at(document, "user.domain"),
    };
    const data = isDocument(document["event_data"]) ? document["event_data"] : {};
    const kept = isDocument(user) ? { ...original, winlog: { user } } : document;
    return windowsToEcs({ system, data, os: "windows" }, kept, member);
  },
};

/** Winlogbeat 7 and 8, or Elastic Agent, before a pipeline made ECS of it: what the document says itself stays. */
export const winlogbeatRaw: Dialect = {
  id: "winlogbeat",
  title: "Events of Winlogbeat 7 and 8 that passed no ingest pipeline.",
  matches: (document) => at(document, "winlog.event_id") !== undefined && at(document, "event.category") === undefined,
  convert(document, member) {
    const winlog = isDocument(document["winlog"]) ? document["winlog"] : {};
    const system = {
      time: document["@timestamp"],
      id: at(document, "winlog.event_id"),
      provider: at(document, "winlog.provider_name"),
      computer: at(document, "winlog.computer_name"),
      message: document["message"],
      channel: at(document, "winlog.channel"),
    };
    const data = isDocument(winlog["event_data"]) ? winlog["event_data"] : {};
    const host = at(document, "host.id");
    const converted = windowsToEcs(
      { system, data, os: "windows" },
      host === undefined ? {} : { "host.id": host },
      member,
    );
    if (converted.kind !== "event") return converted;
    const full = Object.assign(newDocument(), document);
    for (const [path, value] of Object.entries(converted.document)) {
      if (at(document, path) === undefined) full[path] = value;
    }
    return { kind: "event", document: full };
  },
};

/** The XML of an event as JSON: evtx_dump, and tools that follow it. Attributes are below `#attributes`, or flat. */
export const evtxDump: Dialect = {
  id: "evtx-dump",
  title: "Windows events as evtx_dump writes them: the event's XML as JSON.",
  matches: (document) => isDocument(at(document, "Event.System")),
  convert(document, member) {
    const system = at(document, "Event.System");
    const event = isDocument(system) ? system : {};
    const attribute = (element: string, name: string): unknown =>
      at(event, `${element}.#attributes.${name}`) ??
      at(event, `${element}_attributes.${name}`) ??
      at(event, `${element}.${name}`);
    const envelope = {
      time: attribute("TimeCreated", "SystemTime"),
      id: elementText(event["EventID"]),
      provider: attribute("Provider", "Name"),
      providerGuid: attribute("Provider", "Guid"),
      computer: elementText(event["Computer"]),
      channel: elementText(event["Channel"]),
      record: elementText(event["EventRecordID"]),
      task: elementText(event["Task"]),
      opcode: elementText(event["Opcode"]),
      pid: attribute("Execution", "ProcessID"),
      thread: attribute("Execution", "ThreadID"),
      userSid: attribute("Security", "UserID"),
    };
    const data = eventData(at(document, "Event.EventData") ?? at(document, "Event.UserData"));
    return windowsToEcs({ system: envelope, data, os: "windows" }, document, member);
  },
};

/** The text of an element that may have attributes beside it. */
function elementText(value: unknown): unknown {
  return isDocument(value) ? (value["#text"] ?? value["Value"]) : value;
}

/** Named data; unnamed ones become param1, param2 ..., as Winlogbeat names them; user data lose their outer element. */
function eventData(value: unknown): Document {
  if (!isDocument(value)) return {};
  const entries = Object.entries(value).filter(([key]) => key !== "#attributes" && !key.endsWith("_attributes"));
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && only[0] !== "Data" && isDocument(only[1]))
    return eventData(only[1]);
  const data = at(value, "Data");
  if (data === undefined) return Object.fromEntries(entries.map(([key, item]) => [key, elementText(item)]));
  const inner = isDocument(data) ? (data["#text"] ?? data) : data;
  const list = Array.isArray(inner) ? (inner as unknown[]) : [inner];
  return Object.fromEntries(list.map((item, index) => [`param${String(index + 1)}`, elementText(item)]));
}
