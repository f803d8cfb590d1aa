/** Proof that rows are those which a load wrote, by the digests that it took of them. */
import type { CaseFile } from "../store/case-file.ts";
import { listFields } from "../store/fields.ts";
import { NumberRecord } from "../store/record.ts";
import { EventDigests, ValueDigests } from "../store/row-digests.ts";
import { CELL } from "../store/row-batch.ts";

/** Rows that a digest covers, and whether they are what they were. */
export interface CheckedRows {
  readonly first: number;
  readonly last: number;
  readonly source: number;
  readonly block: number;
  readonly same: boolean;
}

interface StoredDigest {
  readonly first: number;
  readonly last: number;
  readonly source: number;
  readonly block: number;
  readonly sha256: Buffer;
}

function digestsOf(file: CaseFile, kind: "event" | "value"): StoredDigest[] {
  return file.db
    .prepare<[string], StoredDigest>(
      "SELECT first, last, source, block, sha256 FROM row_digest WHERE kind = ? ORDER BY first",
    )
    .all(kind);
}

/** Events by their digests, in the order of their ids. Sources that were loaded without digests have none. */
export function* checkEventRows(file: CaseFile): Generator<CheckedRows> {
  const columns = file.db.prepare<[], number>("SELECT count(*) FROM pragma_table_info('event')").pluck().get() ?? 0;
  const record = new NumberRecord(columns);
  const digests = new EventDigests();
  const sides = new SideNumbers(file);
  const rows = file.db
    .prepare<[number, number], unknown[]>("SELECT * FROM event WHERE id BETWEEN ? AND ? ORDER BY id")
    .raw()
    .safeIntegers();
  for (const { sha256, ...covers } of digestsOf(file, "event")) {
    let numbers = true;
    for (const row of rows.iterate(covers.first, covers.last)) {
      numbers = fill(record, row) && numbers;
      digests.add(Number(row[0]), record);
    }
    sides.addTo(digests, covers.first, covers.last);
    yield { ...covers, same: digests.end()?.sha256.equals(sha256) === true && numbers };
  }
}

/** Sets a record to a row, all but its id. False when a cell is no number. */
function fill(record: NumberRecord, row: readonly unknown[]): boolean {
  record.clear();
  for (let column = 1; column < row.length; column++) {
    const cell = row[column];
    if (typeof cell === "bigint") setInteger(record, column, cell);
    else if (typeof cell === "number") record.setDouble(column, ...halvesOf(cell));
    else if (cell !== null) return false;
  }
  return true;
}

function setInteger(record: NumberRecord, column: number, value: bigint): void {
  if (value >= -0x8000_0000n && value <= 0x7fff_ffffn) record.setInt32(column, Number(value));
  else record.setInt64(column, ...halvesOfInteger(value));
}

function halvesOfInteger(value: bigint): [low: number, high: number] {
  return [Number(BigInt.asIntN(32, value)), Number(value >> 32n)];
}

const double = new Float64Array(1);
const doubleWords = new Int32Array(double.buffer);

function halvesOf(value: number): [low: number, high: number] {
  double[0] = value;
  return [doubleWords[0] ?? 0, doubleWords[1] ?? 0];
}

/** Numbers in the side tables of columns. */
class SideNumbers {
  readonly #file: CaseFile;
  readonly #fields: readonly number[];

  constructor(file: CaseFile) {
    this.#file = file;
    this.#fields = listFields(file)
      .filter(({ column, side, family }) => column && side && family === null)
      .map(({ id }) => id);
  }

  addTo(digests: EventDigests, first: number, last: number): void {
    for (const field of this.#fields) {
      const rows = this.#file.db
        .prepare<[bigint, bigint], [bigint, unknown]>(
          `SELECT event, v FROM f_${field} WHERE event BETWEEN ? AND ? ORDER BY event, rowid`,
        )
        .raw()
        .safeIntegers();
      for (const [event, value] of rows.iterate(BigInt(first), BigInt(last))) {
        const isInteger = typeof value === "bigint";
        const [low, high] = isInteger ? halvesOfInteger(value) : halvesOf(Number(value));
        digests.addSide(field, Number(event), isInteger ? CELL.int64 : CELL.double, low, high);
      }
    }
  }
}

/** The dictionary by its digests, in the order of its ids. */
export function* checkValueRows(file: CaseFile): Generator<CheckedRows> {
  const digests = new ValueDigests();
  const rows = file.db
    .prepare<[number, number], StoredValue>(
      `SELECT id, family, ifnull(text, folded), ifnull(odd, 0), ip IS NOT NULL FROM value
       WHERE id BETWEEN ? AND ? ORDER BY id`,
    )
    .raw();
  const items = file.db.prepare<[number], number>("SELECT item FROM value_item WHERE list = ? ORDER BY item").pluck();
  for (const { sha256, ...covers } of digestsOf(file, "value")) {
    for (const [id, family, text, odd, ip] of rows.iterate(covers.first, covers.last)) {
      if (text === null) digests.addList(id, family, items.all(id));
      else {
        const bytes = Buffer.from(text);
        digests.addText(id, family, { odd: odd === 1, ip: ip === 1 }, bytes, 0, bytes.length);
      }
    }
    yield { ...covers, same: digests.end()?.sha256.equals(sha256) === true };
  }
}

type StoredValue = [id: number, family: number, text: string | null, odd: number, ip: number];
