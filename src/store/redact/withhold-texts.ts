/** The fourth pass of a redaction: texts of the investigation, in which a withheld value is replaced where it stands. */
import { exactJsonText, HugeNumber, parseExactJson } from "../../base/exact-json.ts";
import type { CaseFile } from "../case-file.ts";
import { ArgumentsReader } from "../event-arguments.ts";
import { withArguments } from "../findings.ts";
import { mergeSummaries, summariseEvents } from "../summary.ts";
import type { FieldTest } from "./patterns.ts";
import { type Secrets, WITHHELD } from "./secrets.ts";

/** Columns with text that people, rules or the evidence may have written. */
export const FREE_TEXTS = {
  source: ["path", "owner", "warnings"],
  member: ["path", "note"],
  rejected: ["reason"],
  rule: ["path", "name", "document"],
  hunt: ["analyst", "owner"],
  hunt_rule: ["reason", "details"],
  finding: ["join_keys", "verdict_by", "verdict_why"],
  step_state: ["note", "analyst"],
  note: ["text", "analyst"],
  exception: ["item_id", "name", "document", "scope", "analyst"],
  journal: ["analyst", "target", "detail"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Columns of text that hold words of the program, hashes, times or load options, and stay as they are. */
export const FIXED_TEXTS = {
  source: ["sha256", "format", "status", "options", "tool_version", "started_at", "finished_at"],
  member: ["format", "sha256"],
  rejected: ["code"],
  rule: ["rule_id", "hash"],
  hunt: ["started_at", "finished_at", "status", "tool_version", "options", "sources"],
  hunt_rule: ["outcome", "sql_hash"],
  finding: ["key", "state", "verdict", "verdict_at"],
  step_state: ["list", "state", "at"],
  note: ["at"],
  exception: ["at", "expires_at"],
  journal: ["at", "action", "previous", "hash"],
  row_digest: ["kind"],
} as const satisfies Readonly<Record<keyof typeof FREE_TEXTS | "row_digest", readonly string[]>>;

/**
 * Masks the texts, counts summaries of findings anew from what is left, and forgets the settings of the screen. The hashes
 * of journal rows stay; rows whose text changed are noted in `withheld`. In a transaction of the caller.
 * @returns how many texts were changed
 */
export function withholdTexts(file: CaseFile, secrets: Secrets, isWithheld: FieldTest): number {
  const { db } = file;
  db.exec("DELETE FROM setting");
  maskJoinKeys(file, isWithheld);
  summariseAgain(file);
  db.function("withheld_is_in", (text) => (typeof text === "string" && maskText(text, secrets) !== text ? 1 : 0));
  db.function("withheld_mask", (text) => (typeof text === "string" ? maskText(text, secrets) : null));
  const { sql } = db
    .prepare<[], { sql: string }>("SELECT sql FROM sqlite_schema WHERE name = 'journal_is_append_only_update'")
    .get() ?? { sql: "" };
  db.exec("DROP TRIGGER IF EXISTS journal_is_append_only_update");
  const holds = FREE_TEXTS.journal.map((column) => `withheld_is_in(${column})`).join(" OR ");
  db.exec(`INSERT INTO withheld (kind, id) SELECT 'journal', id FROM journal WHERE ${holds}`);
  let changed = 0;
  for (const [table, columns] of Object.entries(FREE_TEXTS)) {
    for (const column of columns) {
      changed += db
        .prepare(`UPDATE ${table} SET ${column} = withheld_mask(${column}) WHERE withheld_is_in(${column})`)
        .run().changes;
    }
  }
  db.exec(sql);
  return changed;
}

function maskText(text: string, secrets: Secrets): string {
  if (/^[[{"]/.test(text)) {
    const parsed = parseExactJson(text);
    if (parsed.ok) {
      const masked = maskJson(parsed.value, secrets);
      return masked === parsed.value ? text : exactJsonText(masked);
    }
  }
  return secrets.mask(text);
}

/** The same value where nothing was masked in it. */
function maskJson(value: unknown, secrets: Secrets): unknown {
  if (typeof value === "string") return secrets.mask(value);
  if (typeof value !== "object" || value === null || value instanceof HugeNumber) return value;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => maskJson(item, secrets));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const entries = Object.entries(value).map(
    ([key, item]) => [key, secrets.mask(key), item, maskJson(item, secrets)] as const,
  );
  if (entries.every(([key, maskedKey, item, masked]) => key === maskedKey && item === masked)) return value;
  return Object.fromEntries(entries.map(([, key, , item]) => [key, item]));
}

function maskJoinKeys(file: CaseFile, isWithheld: FieldTest): void {
  const update = file.db.prepare("UPDATE finding SET join_keys = ? WHERE id = ?");
  const rows = file.db.prepare<[], { id: number; keys: string }>("SELECT id, join_keys AS keys FROM finding").all();
  for (const { id, keys } of rows) {
    const parsed = JSON.parse(keys) as { field: string; value: string | null }[];
    if (!parsed.some(({ field }) => isWithheld(field))) continue;
    const masked = parsed.map((key) => (isWithheld(key.field) ? { ...key, value: WITHHELD } : key));
    update.run(JSON.stringify(masked), BigInt(id));
  }
}

function summariseAgain(file: CaseFile): void {
  const told = new ArgumentsReader(file);
  const update = file.db.prepare("UPDATE finding SET summary = ? WHERE id = ?");
  const events = file.db
    .prepare<[bigint], bigint>(
      "SELECT event FROM finding_event WHERE finding = ? AND event IS NOT NULL ORDER BY position",
    )
    .pluck()
    .safeIntegers();
  for (const id of file.db.prepare<[], number>("SELECT id FROM finding").pluck().all()) {
    const ids = events.all(BigInt(id));
    const summaries = summariseEvents(file, ids);
    const known = ids.map((event) => summaries.get(event)).filter((summary) => summary !== undefined);
    update.run(JSON.stringify(withArguments(mergeSummaries(known), ids, summaries, told)), BigInt(id));
  }
}
