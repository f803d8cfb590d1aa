import type Database from "better-sqlite3";
import { foldAscii } from "../base/fold-ascii.ts";
import { parseExactJson } from "../base/exact-json.ts";
import { invariant } from "../base/errors.ts";
import { type LeafValue, toBoolean, toDate, toDouble, toIp, toLong, toText } from "../ecs/field-value.ts";
import { forEachLeaf } from "../ecs/normalise.ts";
import { parseTimeZone, type TimeZone } from "../ecs/time-zone.ts";
import { buildSideIndexes } from "./case-indexes.ts";
import type { CaseFile } from "./case-file.ts";
import { EventReader } from "./events.ts";
import { fieldByPath, type StoredField } from "./fields.ts";
import { createSideTable } from "./side-rows.ts";
import { refuseSecondLoader } from "./sources.ts";
import { encodeText } from "./text.ts";
import { ValueLookup } from "./value-lookup.ts";

/** Events that are read between two reports of progress, and written in one transaction. */
const BATCH = 5_000;

/**
 * Makes the side tables of fields without a column, filled from the originals in one pass for all of them, and completes
 * those that later loads have left behind. They are kept. Fields that are unknown, or complete, are left alone.
 * @param onProgress gets the share of the events that is done
 * @throws UserError `case-loading` when another process is loading into the case
 */
export function ensureSideTables(
  file: CaseFile,
  paths: readonly string[],
  onProgress: (done: number) => void = () => undefined,
): void {
  const fields = [...new Set(paths)]
    .map((path) => fieldByPath(file, path))
    .filter((field): field is StoredField => field !== undefined && !field.complete);
  if (fields.length === 0) return;
  invariant(!file.readonly, "side tables are made in a case that is open for writing");
  // A load gives the values that it writes ids of its own.
  refuseSecondLoader(file);
  new SideFiller(file, fields).fill(onProgress);
}

interface Target {
  readonly field: StoredField;
  readonly family: number | null;
  /** Events up to this one are in the table. */
  readonly until: number;
}

/** Prepared statements, each made once: a loop that prepares anew holds all of them until it ends. */
class Statements {
  readonly #file: CaseFile;
  readonly #known = new Map<string, Database.Statement>();

  constructor(file: CaseFile) {
    this.#file = file;
  }

  prepare<P extends unknown[], R = unknown>(sql: string): Database.Statement<P, R> {
    let statement = this.#known.get(sql);
    if (statement === undefined) {
      statement = this.#file.db.prepare(sql);
      this.#known.set(sql, statement);
    }
    return statement as Database.Statement<P, R>;
  }
}

class SideFiller {
  readonly #file: CaseFile;
  readonly #targets: Map<string, Target>;
  readonly #reader: EventReader;
  /** Bytes that a document must hold, unless it has an escape, to have one of the fields. */
  readonly #needles: readonly string[];
  readonly #zones = new Map<number, TimeZone | undefined>();
  readonly #ids = new Map<string, bigint>();
  readonly #statements: Statements;
  readonly #lookup: ValueLookup;

  constructor(file: CaseFile, fields: readonly StoredField[]) {
    this.#file = file;
    this.#statements = new Statements(file);
    this.#lookup = new ValueLookup(file.db);
    this.#reader = new EventReader(file);
    this.#targets = new Map(
      fields.map((field) => {
        const row = file.db
          .prepare<[bigint], { family: number | null; until: number }>(
            "SELECT family, side_until AS until FROM field WHERE id = ?",
          )
          .get(BigInt(field.id));
        invariant(row !== undefined, `field ${field.path} exists`);
        return [field.path, { field, ...row }];
      }),
    );
    this.#needles = [...new Set(fields.map(({ path }) => `${path.slice(path.lastIndexOf(".") + 1)}"`))];
  }

  fill(onProgress: (done: number) => void): void {
    const { db } = this.#file;
    this.#file.transaction(() => {
      for (const { field } of this.#targets.values()) {
        createSideTable(db, field.id, field.type === "double" && field.family === null ? "REAL" : "INTEGER");
        db.prepare("UPDATE field SET has_side = 1 WHERE id = ?").run(BigInt(field.id));
      }
    });
    const last = db.prepare<[], number>("SELECT ifnull(max(id), 0) FROM event").pluck().get() ?? 0;
    const first = Math.min(...[...this.#targets.values()].map(({ until }) => until)) + 1;
    for (let from = first; from <= last; from += BATCH) {
      const to = Math.min(from + BATCH - 1, last);
      this.#file.transaction(() => this.#fillBatch(from, to));
      onProgress((to - first + 1) / (last - first + 1));
    }
    buildSideIndexes(
      this.#file,
      [...this.#targets.values()].map(({ field }) => field.id),
    );
    this.#file.transaction(() => {
      for (const { field } of this.#targets.values()) {
        db.prepare("UPDATE field SET side_complete = 1, side_until = ? WHERE id = ?").run(
          BigInt(last),
          BigInt(field.id),
        );
      }
    });
  }

  #fillBatch(from: number, to: number): void {
    for (let event = from; event <= to; event++) this.#fillEvent(event);
    const update = this.#statements.prepare("UPDATE field SET side_until = max(side_until, ?) WHERE id = ?");
    for (const { field } of this.#targets.values()) update.run(BigInt(to), BigInt(field.id));
  }

  #fillEvent(event: number): void {
    const text = this.#reader.json(event);
    if (!text.includes("\\u") && !this.#needles.some((needle) => text.includes(needle))) return;
    const parsed = parseExactJson(text);
    invariant(parsed.ok && typeof parsed.value === "object" && parsed.value !== null, `event ${event} is JSON`);
    const found = new Map<Target, LeafValue[]>();
    forEachLeaf({ ...parsed.value }, (path, value) => {
      const target = this.#targets.get(path);
      if (target === undefined || event <= target.until) return;
      const values = found.get(target);
      if (values === undefined) found.set(target, [value]);
      else values.push(value);
    });
    for (const [target, values] of found) this.#write(event, target, values);
  }

  #write(event: number, target: Target, values: readonly LeafValue[]): void {
    const insert = this.#statements.prepare(`INSERT INTO f_${target.field.id} (event, v) VALUES (?, ?)`);
    const stored = new Set(
      values.map((value) => this.#toStored(event, target, value)).filter((value) => value !== null),
    );
    if (stored.size === 0) return;
    if (target.family === null) for (const value of stored) insert.run(BigInt(event), value);
    else {
      const ids = [...stored].map(BigInt);
      const [only] = ids;
      insert.run(BigInt(event), ids.length === 1 && only !== undefined ? only : this.#list(target.family, ids));
    }
  }

  #toStored(event: number, { field, family }: Target, value: LeafValue): bigint | number | null {
    if (family !== null) {
      if (field.type !== "ip" || field.typedBy === "data") return this.#intern(family, toText(value), null);
      const address = toIp(value);
      return address === null ? null : this.#intern(family, address.text, address.bytes);
    }
    switch (field.type) {
      case "long":
        return toLong(value);
      case "double":
        return toDouble(value);
      case "boolean": {
        const boolean = toBoolean(value);
        return boolean === null ? null : boolean ? 1n : 0n;
      }
      default:
        return toDate(value, this.#zoneOf(event));
    }
  }

  /** The zone that the load of an event's source was given. */
  #zoneOf(event: number): TimeZone | undefined {
    const row = this.#statements
      .prepare<[bigint], { id: number; options: string }>(
        `SELECT s.id, s.options FROM event e JOIN member m ON m.id = e.member JOIN source s ON s.id = m.source
         WHERE e.id = ?`,
      )
      .get(BigInt(event));
    if (row === undefined) return undefined;
    if (!this.#zones.has(row.id)) {
      const options = JSON.parse(row.options) as { timezone?: string | null };
      const name = options.timezone ?? null;
      this.#zones.set(row.id, name === null ? undefined : parseTimeZone(name));
    }
    return this.#zones.get(row.id);
  }

  #intern(family: number, value: string, ip: Uint8Array | null): bigint {
    const { text, odd } = encodeText(value);
    const folded = foldAscii(text);
    const key = `${family}:${odd ? 1 : 0}:${text}`;
    const known = this.#ids.get(key) ?? this.#lookup.text(family, text, odd);
    const id =
      known ??
      BigInt(
        this.#statements
          .prepare("INSERT INTO value (family, folded, text, ip, odd) VALUES (?, ?, ?, ?, ?)")
          .run(BigInt(family), folded, folded === text ? null : text, ip, odd ? 1n : null).lastInsertRowid,
      );
    if (this.#ids.size > 100_000) this.#ids.clear();
    this.#ids.set(key, id);
    return id;
  }

  /** The list of exactly these elements. */
  #list(family: number, ids: readonly bigint[]): bigint {
    const sorted = [...ids].sort((a, b) => (a < b ? -1 : 1));
    const key = `${family}:list:${sorted.join()}`;
    const known = this.#ids.get(key) ?? this.#lookup.list(family, sorted);
    if (known !== undefined) {
      this.#ids.set(key, known);
      return known;
    }
    const list = BigInt(
      this.#statements.prepare("INSERT INTO value (family) VALUES (?)").run(BigInt(family)).lastInsertRowid,
    );
    const insert = this.#statements.prepare("INSERT INTO value_item (list, item) VALUES (?, ?)");
    for (const id of sorted) insert.run(list, id);
    this.#ids.set(key, list);
    return list;
  }
}
