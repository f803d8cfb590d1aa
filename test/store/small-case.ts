import { createHash } from "node:crypto";
import { zstdCompressSync } from "node:zlib";
import { familyOf } from "../../src/ecs/family.ts";
import { type CaseFile, openCase } from "../../src/store/case-file.ts";

/** An event of a fixture: dotted ECS fields; `@timestamp` is ISO text with at most milliseconds. */
export type SmallEvent = Readonly<Record<string, string | number | readonly string[]>>;

const LONG = new Set(["destination.port", "process.pid"]);

/** Writes a case of one NDJSON source without the loader: for tests of what stands above the store. Ids are 1, 2, ... */
export async function smallCase(path: string, events: readonly SmallEvent[]): Promise<CaseFile> {
  const file = await openCase(path, "create");
  const text = events.map((event) => `${JSON.stringify(event)}\n`);
  const bytes = Buffer.from(text.join(""));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  file.transaction(() => {
    file.db
      .prepare(
        `INSERT INTO source (path, sha256, bytes, format, status, options, normaliser, tool_version, documents, events, started_at, finished_at)
         VALUES ('dump.ndjson', ?, ?, 'ndjson', 'complete', '{}', 1, '0', ?, ?, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.000Z')`,
      )
      .run(sha256, bytes.length, events.length, events.length);
    file.db
      .prepare("INSERT INTO member (source, path, format, sha256, bytes, complete) VALUES (1, '', 'ndjson', ?, ?, 1)")
      .run(sha256, bytes.length);
    file.db
      .prepare("INSERT INTO block (member, offset, bytes, line, data) VALUES (1, 0, ?, 1, ?)")
      .run(bytes.length, zstdCompressSync(bytes));
    const columns = addFields(file, events);
    let offset = 0;
    events.forEach((event, index) => {
      const length = Buffer.byteLength(text[index] ?? "") - 1;
      insertEvent(file, columns, event, index + 1, offset, length);
      offset += length + 1;
    });
  });
  return file;
}

function addFields(file: CaseFile, events: readonly SmallEvent[]): Map<string, { id: number; family: number | null }> {
  const columns = new Map<string, { id: number; family: number | null }>();
  for (const path of new Set(events.flatMap((event) => Object.keys(event)))) {
    if (path === "@timestamp") continue;
    let family: number | null = null;
    if (!LONG.has(path)) {
      file.db.prepare("INSERT OR IGNORE INTO family (name) VALUES (?)").run(familyOf(path));
      family =
        file.db.prepare<[string], number>("SELECT id FROM family WHERE name = ?").pluck().get(familyOf(path)) ?? null;
    }
    const documents = events.filter((event) => path in event).length;
    const id = Number(
      file.db
        .prepare(
          "INSERT INTO field (path, type, typed_by, family, has_column, strings) VALUES (?, ?, 'catalogue', ?, 1, ?)",
        )
        .run(path, family === null ? "long" : "keyword", family, documents).lastInsertRowid,
    );
    file.db.prepare("INSERT INTO field_source (field, source, documents) VALUES (?, 1, ?)").run(id, documents);
    file.db.exec(`ALTER TABLE event ADD COLUMN f${String(id)} INTEGER`);
    columns.set(path, { id, family });
  }
  return columns;
}

function insertEvent(
  file: CaseFile,
  columns: ReadonlyMap<string, { id: number; family: number | null }>,
  event: SmallEvent,
  line: number,
  offset: number,
  length: number,
): void {
  const names: string[] = [];
  const values: (bigint | null)[] = [];
  for (const [path, value] of Object.entries(event)) {
    const column = columns.get(path);
    if (column === undefined) continue;
    names.push(`, f${String(column.id)}`);
    values.push(column.family === null ? BigInt(value as number) : intern(file, column.family, value));
  }
  const iso = event["@timestamp"];
  const time = typeof iso === "string" ? BigInt(Date.parse(iso)) * 1_000_000n : null;
  file.db
    .prepare(
      `INSERT INTO event (time, member, line, block, offset, bytes, identity${names.join("")})
       VALUES (?, 1, ?, 1, ?, ?, 0${", ?".repeat(values.length)})`,
    )
    .run(time, line, offset, length, ...values);
}

function intern(file: CaseFile, family: number, value: string | number | readonly string[]): bigint {
  const { db } = file;
  if (Array.isArray(value) && value.length > 1) {
    const list = BigInt(db.prepare("INSERT INTO value (family) VALUES (?)").run(family).lastInsertRowid);
    for (const item of value as readonly string[]) {
      db.prepare("INSERT OR IGNORE INTO value_item (item, list) VALUES (?, ?)").run(intern(file, family, item), list);
    }
    return list;
  }
  const text = String(Array.isArray(value) ? value[0] : value);
  const folded = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const known = db
    .prepare<[number, string, string]>(
      "SELECT id FROM value WHERE family = ? AND folded = ? AND coalesce(text, folded) = ?",
    )
    .pluck()
    .safeIntegers()
    .get(family, folded, text) as bigint | undefined;
  if (known !== undefined) return known;
  return BigInt(
    db
      .prepare("INSERT INTO value (family, folded, text) VALUES (?, ?, ?)")
      .run(family, folded, text === folded ? null : text).lastInsertRowid,
  );
}
