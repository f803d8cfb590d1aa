import type { FieldType } from "./field-type.ts";

const PROCESS_PARENT =
  /(^|\.)((Effective_)?process|parent|effective_parent|group_leader|session_leader|entry_leader|previous)$/;

/** Last segment of a path -> family, for names that mean the same wherever they stand. */
const BY_NAME: ReadonlyMap<string, string> = new Map(
  Object.entries({
    entity_id: "entity_id",
    TargetProcessGUID: "entity_id",
    args: "process.args",
    command_line: "process.command_line",
    executable: "process.executable",
    working_directory: "process.executable",
    md5: "hash",
    sha1: "hash",
    sha256: "hash",
    SubjectLogonId: "logon.id",
    TargetLogonId: "logon.id",
  }),
);

const BY_PATH: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "process.Ext.ancestry": "entity_id",
    "host.id": "host.id",
    "agent.id": "host.id",
    "elastic.agent.id": "host.id",
    "file.path": "file.path",
    "dll.path": "file.path",
    "file.Ext.original.path": "file.path",
    "file.target_path": "file.path",
    "file.name": "file.name",
    "dll.name": "file.name",
    "file.Ext.original.name": "file.name",
    "event.dataset": "event.dataset",
    "data_stream.dataset": "event.dataset",
  }),
);

/**
 * The dictionary family of a field's values: fields of one family share value ids, so that equal values have equal ids
 * and a join compares integers. Fields of different families are compared by text. A family is kept small enough that a
 * wildcard over one field does not scan the values of an unrelated, larger one.
 * @param type `ip` fields form one family, whatever their name.
 */
export function familyOf(path: string, type: FieldType | null = null): string {
  if (type === "ip") return "ip";
  const dot = path.lastIndexOf(".");
  const name = path.slice(dot + 1);
  const parent = dot < 0 ? "" : path.slice(0, dot);
  const known = BY_PATH.get(path) ?? BY_NAME.get(name);
  if (known !== undefined) return known;
  if (name === "name") {
    if (/(^|\.)user(\.(real|effective|saved|Ext\.real))?$/.test(parent)) return "user.name";
    if (/(^|[._])group(\.(real|effective|saved|Ext\.real))?$/.test(parent)) return "group.name";
    if (PROCESS_PARENT.test(parent)) return "process.name";
  }
  if (name === "id") {
    if (/(^|[._])user(\.(real|effective|saved|Ext\.real))?$/.test(parent)) return "user.id";
    if (/(^|[._])group(\.(real|effective|saved|Ext\.real))?$/.test(parent)) return "group.id";
  }
  return path;
}
