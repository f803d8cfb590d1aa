import type { MemberFacts } from "../format.ts";
import { text } from "../mappings/conversions.ts";
import { DEFENDER_ACTIONS, DEFENDER_COMMON, DEFENDER_OBJECT, DEFENDER_RAW } from "../mappings/defender.ts";
import { derivedId, deriveHostId } from "../mappings/host.ts";
import { merge } from "../mappings/merge.ts";
import { applyTable, derive, put } from "../mappings/table.ts";
import { type Dialect, type Document, newDocument } from "./dialect.ts";

/** Process events of Microsoft Defender for Endpoint in the wide form of its raw data. */
export const defenderRaw: Dialect = {
  id: "defender-raw",
  title: "Process events of Microsoft Defender for Endpoint, raw: CreatedProcess..., InitiatingProcess... .",
  matches: (document) => "CreatedProcessName" in document && "InitiatingProcessId" in document,
  convert(document, member) {
    const out = newDocument();
    const folder = text(document["CreatedProcessFilePath"]);
    const name = text(document["CreatedProcessName"]);
    put(out, "process.executable", folder !== undefined && name !== undefined ? withName(folder, name) : folder);
    const parent = text(document["InitiatingProcessImageFilePath"]);
    const parentName = text(document["InitiatingProcessName"])?.replace(/^.*[\\/]/s, "");
    if (parent !== undefined && parentName !== undefined)
      put(out, "process.parent.executable", withName(parent, parentName));
    applyTable(DEFENDER_RAW, document, out);
    const windows = isWindowsPath(folder);
    put(out, "host.os.type", windows ? "windows" : "linux");
    put(out, "event.action", [windows ? "start" : "exec", "ProcessCreated"]);
    if (out["host.id"] === undefined) deriveHostId(out, member);
    const host = String(out["host.id"]);
    const id = (key: string, pid: string, start: string): string | undefined => {
      const known =
        text(document[key]) ??
        (text(document[start]) === undefined ? undefined : `${String(document[pid])}:${String(document[start])}`);
      return known === undefined ? undefined : derivedId(`process:${host}:${known}`);
    };
    derive(out, {
      "process.entity_id": id("CreatedProcessStartKey", "CreatedProcessId", "CreatedProcessCreationTime"),
      "process.parent.entity_id": id(
        "InitiatingProcessStartKey",
        "InitiatingProcessId",
        "InitiatingProcessCreationTime",
      ),
    });
    return { kind: "event", document: merge(document, out) };
  },
};

/** Advanced hunting of Microsoft Defender XDR: DeviceProcessEvents, DeviceNetworkEvents and the like, also in Sentinel. */
export const defenderHunting: Dialect = {
  id: "defender",
  title: "Advanced hunting tables of Microsoft Defender (DeviceProcessEvents ...).",
  matches: (document) => "ActionType" in document && "DeviceName" in document && "DeviceId" in document,
  convert: (document, member) => convertHunting(document, member),
};

function convertHunting(document: Document, member: MemberFacts): { kind: "event"; document: Document } {
  const out = newDocument();
  const action = text(document["ActionType"]) ?? "";
  const kind = DEFENDER_ACTIONS[action];
  const created = kind?.category.includes("process") === true;
  if (kind?.table !== undefined) applyTable(kind.table, document, out);
  applyTable(DEFENDER_OBJECT, document, out);
  applyTable(DEFENDER_COMMON, document, out);
  const windows = isWindowsPath(text(document["FolderPath"]) ?? text(document["InitiatingProcessFolderPath"]));
  put(out, "host.os.type", windows ? "windows" : "linux");
  put(out, "event.action", kind === undefined ? action : [created && !windows ? "exec" : kind.action[0], action]);
  put(out, "event.category", kind?.category ?? ["host"]);
  put(out, "event.type", kind?.type ?? ["info"]);
  if (out["host.id"] === undefined) deriveHostId(out, member);
  const id = (of: string): string | undefined => {
    const [pid, start] = [text(out[`${of}.pid`]), text(out[`${of}.start`])];
    return pid === undefined || start === undefined
      ? undefined
      : derivedId(`process:${String(out["host.id"])}:${pid}:${start}`);
  };
  derive(out, { "process.entity_id": id("process"), "process.parent.entity_id": id("process.parent") });
  return { kind: "event", document: merge(document, out) };
}

/** A folder and the name of a file in it; a path that ends in the name already is itself. */
function withName(folder: string, name: string): string {
  if (folder.toLowerCase().endsWith(name.toLowerCase())) return folder;
  return `${folder.replace(/[\\/]$/, "")}${folder.includes("\\") ? "\\" : "/"}${name}`;
}

function isWindowsPath(path: string | undefined): boolean {
  return path === undefined || path.includes("\\");
}
