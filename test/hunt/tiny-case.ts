/**
 * A case made of documents in memory, without the loader: for tests of the engine that need many small cases. Written
 * against the schema, so that it disagrees with the loader where either is wrong.
 */
import path from "node:path";
import { familyOf } from "../../src/ecs/family.ts";
import type { FieldType } from "../../src/ecs/field-type.ts";
import { parseTimestamp, toNanoseconds } from "../../src/ecs/timestamp.ts";
import { foldAscii } from "../../src/base/fold-ascii.ts";
import { formatIp, parseIp } from "../../src/eql/ip-address.ts";
import { type CaseFile, openCase } from "../../src/store/case-file.ts";
import { encodeText } from "../../src/store/text.ts";
import { tempFolder } from "../temp-folder.ts";

export interface TinyOptions {
  readonly types?: Readonly<Record<string, FieldType>>;
  readonly tiebreaker?: string;
  /** Paths that get a side table instead of a column. */
  readonly side?: ReadonlySet<string>;
}

type Leaf = string | number | boolean | bigint;

/** Flattens a document: dotted and nested keys are one, lists are united, nulls dropped. */
export function flatten(document: unknown, prefix = "", into = new Map<string, Leaf[]>()): Map<string, Leaf[]> {
  if (Array.isArray(document)) {
    for (const item of document) flatten(item, prefix, into);
  } else if (typeof document === "object" && document !== null) {
    for (const [key, value] of Object.entries(document)) flatten(value, prefix === "" ? key : `${prefix}.${key}`, into);
  } else if (document !== null && document !== undefined) {
    const values = into.get(prefix) ?? [];
    if (!values.includes(document as Leaf)) values.push(document as Leaf);
    into.set(prefix, values);
  }
  return into;
}

/** Writes the documents as events 1, 2, 3 ... of a new case; returns its path. */
export async function tinyCase(documents: readonly unknown[], options: TinyOptions = {}): Promise<string> {
  const file = path.join(tempFolder(), "tiny.case");
  const writer = new TinyWriter(await openCase(file, "create"), options);
  writer.write(documents);
  return file;
}

class TinyWriter {
  private readonly file: CaseFile;
  private readonly options: TinyOptions;
  private readonly values = new Map<string, number>();
  private readonly families = new Map<string, number>();

  constructor(file: CaseFile, options: TinyOptions) {
    this.file = file;
    this.options = options;
  }

  write(documents: readonly unknown[]): void {
    const { db } = this.file;
    const flat = documents.map((document) => flatten(document));
    this.file.transaction(() => {
      const fields = this.fields(flat);
      flat.forEach((document, index) => this.event(index + 1, document, fields));
      db.exec("CREATE INDEX tiny_value ON value (family, folded)");
    });
    this.file.close();
  }

  private typeOf(field: string): FieldType | null {
    return field === "@timestamp" ? "date" : (this.options.types?.[field] ?? null);
  }

  private fields(
    documents: readonly Map<string, Leaf[]>[],
  ): Map<string, { id: number; type: FieldType | null; family: number | null; side: boolean }> {
    const { db } = this.file;
    const fields = new Map<string, { id: number; type: FieldType | null; family: number | null; side: boolean }>();
    for (const name of new Set(documents.flatMap((document) => [...document.keys()]))) {
      if (name === "@timestamp") continue;
      const all = documents.flatMap((document) => document.get(name) ?? []);
      const type = this.typeOf(name);
      const inDictionary = type === null || type === "keyword" || type === "ip" || type === "version";
      const family = inDictionary ? this.family(familyOf(name, type)) : null;
      const lists = documents.filter((document) => (document.get(name)?.length ?? 0) > 1).length;
      const side = this.options.side?.has(name) === true;
      const { lastInsertRowid } = db
        .prepare(
          "INSERT INTO field (path, type, typed_by, family, has_column, has_side, side_complete, strings, numbers, booleans, lists) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        )
        .run(
          name,
          type ?? "keyword",
          type === null ? "data" : "mapping",
          family,
          side ? 0 : 1,
          side || !inDictionary ? 1 : 0,
          1,
          all.filter((value) => typeof value === "string").length,
          all.filter((value) => typeof value === "number" || typeof value === "bigint").length,
          all.filter((value) => typeof value === "boolean").length,
          lists,
        );
      const id = Number(lastInsertRowid);
      if (!side) db.exec(`ALTER TABLE event ADD COLUMN f${id}; CREATE INDEX tiny_${id} ON event (f${id})`);
      if (side || !inDictionary)
        db.exec(
          `CREATE TABLE f_${id} (event INTEGER, v); CREATE INDEX tiny_s${id} ON f_${id} (v); CREATE INDEX tiny_e${id} ON f_${id} (event)`,
        );
      fields.set(name, { id, type, family, side });
    }
    return fields;
  }

  private event(
    id: number,
    document: Map<string, Leaf[]>,
    fields: Map<string, { id: number; type: FieldType | null; family: number | null; side: boolean }>,
  ): void {
    const { db } = this.file;
    const stamp = document.get("@timestamp")?.[0];
    const time = typeof stamp === "string" || typeof stamp === "number" ? parseTimestamp(stamp) : null;
    const tiebreaker = document.get(this.options.tiebreaker ?? "event.sequence")?.[0];
    db.prepare(
      "INSERT INTO event (id, time, tiebreaker, member, line, block, offset, bytes, identity) VALUES (?,?,?,1,?,1,0,0,0)",
    ).run(
      id,
      time === null ? null : toNanoseconds(time),
      typeof tiebreaker === "number" ? BigInt(tiebreaker) : null,
      id,
    );
    for (const [name, values] of document) {
      const field = fields.get(name);
      if (field === undefined) continue;
      if (field.family !== null) {
        const ids = [...new Set(values.flatMap((value) => this.value(field.family ?? 0, field.type, value)))];
        if (ids.length > 0) this.put(id, field, [ids.length === 1 ? (ids[0] ?? 0) : this.list(field.family, ids)]);
      } else
        this.put(
          id,
          field,
          values.flatMap((value) => toStored(field.type, value)),
        );
    }
  }

  private put(event: number, field: { id: number; side: boolean }, values: readonly (number | bigint)[]): void {
    const { db } = this.file;
    const bound = values.map((value) => (typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value));
    if (!field.side && bound.length === 1)
      db.prepare(`UPDATE event SET f${field.id} = ? WHERE id = ?`).run(bound[0], event);
    else for (const value of bound) db.prepare(`INSERT INTO f_${field.id} VALUES (?, ?)`).run(event, value);
  }

  private family(name: string): number {
    let id = this.families.get(name);
    if (id === undefined) {
      id = this.families.size + 1;
      this.families.set(name, id);
      this.file.db.prepare("INSERT INTO family VALUES (?, ?)").run(id, name);
    }
    return id;
  }

  private value(family: number, type: FieldType | null, value: Leaf): number[] {
    const ip = type === "ip" ? parseIp(String(value)) : null;
    if (type === "ip" && ip === null) return [];
    const text = ip === null ? String(value) : formatIp(ip);
    const key = `${family}:${text}`;
    let id = this.values.get(key);
    if (id === undefined) {
      id = this.values.size + 1;
      this.values.set(key, id);
      const stored = encodeText(text);
      const folded = foldAscii(stored.text);
      this.file.db
        .prepare("INSERT INTO value (id, family, folded, text, ip, odd) VALUES (?,?,?,?,?,?)")
        .run(
          id,
          family,
          folded,
          folded === stored.text ? null : stored.text,
          ip === null ? null : Buffer.from(ip),
          stored.odd ? 1 : null,
        );
    }
    return [id];
  }

  private list(family: number, items: readonly number[]): number {
    const key = `${family}:list:${[...items].sort((a, b) => a - b).join()}`;
    let id = this.values.get(key);
    if (id === undefined) {
      id = this.values.size + 1;
      this.values.set(key, id);
      this.file.db.prepare("INSERT INTO value (id, family) VALUES (?, ?)").run(id, family);
      for (const item of items) this.file.db.prepare("INSERT INTO value_item (item, list) VALUES (?, ?)").run(item, id);
    }
    return id;
  }
}

function toStored(type: FieldType | null, value: Leaf): (number | bigint)[] {
  switch (type) {
    case "boolean":
      return typeof value === "boolean" ? [value ? 1n : 0n] : [];
    case "date": {
      const time = typeof value === "string" || typeof value === "number" ? parseTimestamp(value) : null;
      return time === null ? [] : [toNanoseconds(time)];
    }
    case "long":
      return Number.isFinite(Number(value)) ? [BigInt(Math.trunc(Number(value)))] : [];
    default:
      return Number.isFinite(Number(value)) ? [Number(value)] : [];
  }
}
