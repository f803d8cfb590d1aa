import path from "node:path";
import type { CaseFile } from "./case-file.ts";

/** A rule as the case keeps it. `document` is the parsed rule, JSON-serialisable. */
export interface RuleRecord {
  readonly id: string;
  readonly path: string;
  /** sha256 of the rule's own text. */
  readonly hash: string;
  readonly name: string;
  readonly document: object;
}

/** A version of a rule in the case. */
export interface StoredRule {
  /** Row of this version. */
  readonly row: number;
  /** Row of the first version of the same rule: what its findings are keyed by. */
  readonly identity: number;
}

/**
 * Stores a version of a rule, once. Its identity is that of an earlier version with the same id and, in this order of
 * preference, the same text, the same path, or the same file name; so findings keep their verdicts when a rule is edited
 * or its pack moved. Rules of one pack that share an id stay apart: `claimed` holds the identities this hunt has used.
 */
export function storeRule(file: CaseFile, rule: RuleRecord, claimed: Set<number>): StoredRule {
  const { db } = file;
  const versions = db
    .prepare<[string], { id: number; path: string; hash: string; identity: number }>(
      "SELECT id, path, hash, identity FROM rule WHERE rule_id = ? ORDER BY id DESC",
    )
    .all(rule.id);
  const free = versions.filter((version) => !claimed.has(version.identity));
  const relative =
    free.find((version) => version.path === rule.path && version.hash === rule.hash) ??
    free.find((version) => version.hash === rule.hash) ??
    free.find((version) => version.path === rule.path) ??
    free.find((version) => fileName(version.path) === fileName(rule.path));
  const known = versions.find((version) => version.path === rule.path && version.hash === rule.hash);
  const row = known?.id ?? insertRule(file, rule);
  const identity = relative?.identity ?? row;
  if (known?.identity !== identity) db.prepare("UPDATE rule SET identity = ? WHERE id = ?").run(identity, row);
  claimed.add(identity);
  return { row, identity };
}

function insertRule(file: CaseFile, rule: RuleRecord): number {
  const { lastInsertRowid } = file.db
    .prepare("INSERT INTO rule (rule_id, path, hash, name, document, identity) VALUES (?, ?, ?, ?, ?, 0)")
    .run(rule.id, rule.path, rule.hash, rule.name, JSON.stringify(rule.document));
  return Number(lastInsertRowid);
}

function fileName(rulePath: string): string {
  return path.posix.basename(rulePath.replaceAll("\\", "/"));
}

/** A stored version of a rule, as it is read back. */
export interface RuleRow {
  readonly row: number;
  readonly identity: number;
  readonly id: string;
  readonly path: string;
  readonly hash: string;
  readonly name: string;
  /** JSON of the parsed rule. */
  readonly document: string;
}

const SELECT_RULE = "SELECT id AS row, identity, rule_id AS id, path, hash, name, document FROM rule";

/** A stored rule by its row, or null. */
export function readRule(file: CaseFile, row: number): RuleRow | null {
  return file.objects<RuleRow>(`${SELECT_RULE} WHERE id = ?`, row)[0] ?? null;
}

/** The rule versions that findings point at, in order of their rows. */
export function readRulesOfFindings(file: CaseFile): RuleRow[] {
  return file.db.prepare<[], RuleRow>(`${SELECT_RULE} WHERE id IN (SELECT rule FROM finding) ORDER BY id`).all();
}

/** Whether a rule of the case refers to an exception list. */
export function hasRuleWithList(file: CaseFile, listId: string): boolean {
  return (
    file.db
      .prepare<[string], 1>(
        `SELECT 1 FROM rule r, json_each(r.document, '$.exceptionLists') l
         WHERE json_extract(l.value, '$.listId') = ? LIMIT 1`,
      )
      .pluck()
      .get(listId) === 1
  );
}
