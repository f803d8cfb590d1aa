import type { CaseFile } from "./case-file.ts";

/** Fields of the view `events`, as far as the evidence has them. A join takes 64 tables at most, a view any number of subqueries. */
const MAX_FIELDS = 400;

interface Column {
  readonly id: number;
  readonly path: string;
  readonly type: string;
  readonly family: number | null;
}

/**
 * Views for users of SQL, with decoded values: `events` has one column per field that has one in `event`, named as the
 * field; a list is a JSON array. Times are ISO 8601 text with nanoseconds.
 */
export function createViews(file: CaseFile): void {
  file.db.exec("DROP VIEW IF EXISTS events");
  file.db.exec(eventsViewSql(file));
}

/** The statement that makes the view, from the fields that the case has now. */
export function eventsViewSql(file: CaseFile): string {
  const columns = file.db
    .prepare<[], Column>(
      `SELECT id, path, type, family FROM field WHERE has_column = 1 ORDER BY path LIMIT ${MAX_FIELDS}`,
    )
    .all();
  return `CREATE VIEW events AS SELECT e.id, ${isoTime("e.time")} AS "@timestamp", s.path AS source, e.line${columns
    .map((column) => `,\n  ${decoded(column)} AS ${quoteName(column.path)}`)
    .join("")}
     FROM event e JOIN member m ON m.id = e.member JOIN source s ON s.id = m.source`;
}

function decoded(column: Column): string {
  const name = `e.f${column.id}`;
  if (column.family !== null) {
    return `(SELECT CASE WHEN v.folded IS NOT NULL THEN ifnull(v.text, v.folded) ELSE (SELECT json_group_array(ifnull(t.text, t.folded)) FROM value_item i JOIN value t ON t.id = i.item WHERE i.list = v.id) END FROM value v WHERE v.id = ${name})`;
  }
  return column.type === "date" ? isoTime(name) : name;
}

function isoTime(ns: string): string {
  const seconds = `(${ns} - ((${ns} % 1000000000) + 1000000000) % 1000000000) / 1000000000`;
  const nanos = `((${ns} % 1000000000) + 1000000000) % 1000000000`;
  return `CASE WHEN ${ns} IS NOT NULL THEN strftime('%Y-%m-%dT%H:%M:%S', ${seconds}, 'unixepoch') || printf('.%09dZ', ${nanos}) END`;
}

/** An SQL identifier, whatever it holds. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
