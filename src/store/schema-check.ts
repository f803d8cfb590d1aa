import Database from "better-sqlite3";
import type { CaseFile } from "./case-file.ts";
import { readMigrations } from "./migrations.ts";
import { eventsViewSql } from "./views.ts";

interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

const SELECT = `SELECT type, name, sql FROM sqlite_schema
  WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'kysely\\_%' ESCAPE '\\' ORDER BY name`;

/** Side tables, and the table of a redacted case. */
const OTHER_TABLES = /^(?:f_\d+|withheld)$/;

/**
 * What of tables, views and triggers is not as this version of the program makes it, one sentence each. Indexes that are
 * missing or more cost time, not truth: what is in them is SQLite's own check.
 */
export function schemaProblems(file: CaseFile): string[] {
  const version = file.db.pragma("user_version", { simple: true }) as number;
  const model = new Database(":memory:");
  let wanted: Map<string, SchemaObject>;
  try {
    for (const { text, version: own } of readMigrations()) if (own <= version) model.exec(text);
    wanted = new Map(
      model
        .prepare<[], SchemaObject>(SELECT)
        .all()
        .map((object) => [object.name, object]),
    );
  } finally {
    model.close();
  }
  const problems: string[] = [];
  for (const found of file.db.prepare<[], SchemaObject>(SELECT).all()) {
    const model = wanted.get(found.name);
    wanted.delete(found.name);
    if (found.type === "view" && found.name === "events") {
      if (found.sql !== eventsViewSql(file)) problems.push("the view events is not as the program makes it");
    } else if (model === undefined) {
      const known = found.type === "index" || (found.type === "table" && OTHER_TABLES.test(found.name));
      if (!known) problems.push(`the ${found.type} ${found.name} is not the program's`);
    } else if (!isSame(found, model)) problems.push(`the ${found.type} ${found.name} is not as the program makes it`);
  }
  for (const { type, name } of wanted.values()) {
    if (type !== "index") problems.push(`the ${type} ${name} is missing`);
  }
  return problems;
}

/** The same text; `event` may have columns more, at its end. */
function isSame(found: SchemaObject, model: SchemaObject): boolean {
  if (found.sql === model.sql) return true;
  if (model.name !== "event") return false;
  const start = model.sql.replace(/\s*\)\s*$/, "");
  return found.sql.startsWith(start) && /^\s*(?:, f\d+ (?:INTEGER|REAL))*\s*\)$/.test(found.sql.slice(start.length));
}
