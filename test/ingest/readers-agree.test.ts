import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChunkReader } from "../../src/ingest/chunk-reader.ts";
import { formatById } from "../../src/ingest/formats/registry.ts";
import { DEFAULT_LOAD_OPTIONS } from "../../src/ingest/load-types.ts";
import { PADDING } from "../../src/ingest/protocol.ts";
import { CELL, COUNT, type RowBatch, ROW, VALUE_FAMILY } from "../../src/store/row-batch.ts";

function read(bytes: Buffer, fast: boolean): RowBatch {
  const buffer = new SharedArrayBuffer(bytes.length + PADDING);
  bytes.copy(Buffer.from(buffer));
  const reader = new ChunkReader(
    { ...DEFAULT_LOAD_OPTIONS },
    (id) => {
      const format = formatById(id);
      if (format === null) throw new Error(`no format ${id}`);
      return format;
    },
    fast,
  );
  return reader.read({
    sequence: 0,
    buffer,
    length: bytes.length,
    blocks: null,
    blocksFrom: 0,
    format: "ndjson",
    member: { name: "a", modified: null },
    documents: null,
    first: true,
    skip: null,
  });
}

/** A batch without local ids: what every event holds, what was counted and rejected. */
function meaning(batch: RowBatch): unknown {
  const texts: string[] = [];
  let start = 0;
  for (let at = 0; at < batch.valueMeta.length; at += 4) {
    const family = batch.valueMeta[at] ?? 0;
    const length = batch.valueMeta[at + 1] ?? 0;
    const text = Buffer.from(batch.valueBytes).toString("latin1", start, start + length);
    texts.push(`${batch.families[family & VALUE_FAMILY]}/${family >>> 24}/${text}`);
    start += (length + 3) & ~3;
  }
  const lists: string[][] = [];
  for (let at = 0; at < batch.lists.length;) {
    const count = batch.lists[at + 1] ?? 0;
    lists.push([...batch.lists.subarray(at + 2, at + 2 + count)].map((id) => texts[id - 1] ?? "?").sort());
    at += 2 + count;
  }
  const path = (field: number) => batch.fields[field]?.path ?? "?";
  const events: unknown[] = [];
  for (let at = 0; at < batch.rows.length;) {
    const cells = at + ROW.size;
    const end = cells + (batch.rows[at + ROW.cells] ?? 0);
    const values = new Map<string, unknown>();
    for (let cell = cells; cell < end;) {
      const head = batch.rows[cell++] ?? 0;
      const kind = head & 7;
      const low = batch.rows[cell++] ?? 0;
      const high = kind >= CELL.int64 ? (batch.rows[cell++] ?? 0) : kind === CELL.int32 ? low >> 31 : 0;
      const name = path(head >> 3);
      if (kind === CELL.value) values.set(name, texts[low - 1]);
      else if (kind === CELL.list) values.set(name, lists[low - 1]);
      else values.set(name, [kind === CELL.double ? "double" : "integer", low, high]);
    }
    const fixed = [...batch.rows.subarray(at, at + ROW.cells)];
    if (((fixed[ROW.flags] ?? 0) & (1 << 17)) === 0) fixed.splice(ROW.hitLow, 2);
    if (((batch.rows[at + ROW.flags] ?? 0) & (1 << 16)) === 0) fixed.splice(ROW.tieLow, 2);
    if (((batch.rows[at + ROW.flags] ?? 0) & 1) !== 0) fixed.splice(ROW.timeLow, 2);
    events.push([fixed, values]);
    at = end;
  }
  const counts = new Map<string, number[]>();
  for (let at = 0; at < batch.counts.length; at += COUNT.size) {
    counts.set(path(batch.counts[at] ?? 0), [...batch.counts.subarray(at + 1, at + COUNT.size)]);
  }
  const side: unknown[] = [];
  for (let at = 0; at < batch.side.length; at += 5) {
    side.push([batch.side[at], path(batch.side[at + 1] ?? 0), ...batch.side.subarray(at + 2, at + 5)]);
  }
  return { events, counts, side: side.map((row) => JSON.stringify(row)).sort(), rejected: batch.rejected };
}

const NAMES = [
  "@timestamp",
  "event",
  "category",
  "id",
  "sequence",
  "agent",
  "process",
  "name",
  "pid",
  "args",
  "parent",
  "entity_id",
  "host",
  "ip",
  "os",
  "type",
  "value",
  "file",
  "size",
  "event.category",
  "process.name",
  "process.exit_code",
  "code_signature",
  "exists",
  "trusted",
  "_source",
  "_index",
  "_id",
  "_score",
  "fields",
  "sort",
  "",
  "__proto__",
  "constructor",
  "ä€",
  '"',
  "a.b",
  "Ext",
  "relative_file_creation_time",
  "dll",
  "labels",
  "x",
];
const TEXTS = [
  "",
  "a",
  "nc",
  "NC",
  "true",
  "false",
  "12",
  "-0",
  "1.5",
  "1e400",
  "10.0.0.1",
  "::1",
  "FE80::0:1",
  "010.0.0.1",
  "2026-01-31T10:00:00Z",
  "2026-01-31T10:00:00.123456789Z",
  "2026-02-30T10:00:00Z",
  "2026-01-31 10:00:00",
  "1700000000000",
  "C:\\Windows\\x.exe",
  'a"b',
  "tab\there",
  "\u0000hidden",
  "\ud800",
  "😀",
  "é",
  "abcd",
  "abcdefgh",
  "0123456789abcdef0123456789abcdef",
  "\u2028",
  "\u007f",
];
const scalar = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 2, arbitrary: fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, 1, 1769853600000, 2 ** 53, -1)) },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: fc.constant(null) },
);
const { document } = fc.letrec<{ value: unknown; document: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    tie("document"),
  ),
  document: fc
    .array(fc.tuple(fc.constantFrom(...NAMES), tie("value")), { maxLength: 6 })
    .map((entries) => ({ entries })),
}));

/** JSON text of a document; entries may repeat keys. Spaces and escapes vary with `style`. */
function text(value: unknown, style: number): string {
  if (typeof value === "object" && value !== null && !Array.isArray(value) && "entries" in value) {
    const entries = value.entries as [string, unknown][];
    const inner = entries.map(([key, item]) => `${string(key, style)}${style & 1 ? " : " : ":"}${text(item, style)}`);
    return `{${inner.join(style & 2 ? ", " : ",")}}`;
  }
  if (Array.isArray(value)) return `[${value.map((item) => text(item, style)).join(style & 1 ? " , " : ",")}]`;
  if (typeof value === "string") return string(value, style);
  if (typeof value === "number" && !Number.isFinite(value)) return "1e400";
  if (Object.is(value, -0)) return "-0";
  return JSON.stringify(value);
}

function string(value: string, style: number): string {
  const plain = JSON.stringify(value);
  if ((style & 4) === 0) return plain;
  return plain.replace(/[a-c/]/g, (letter) =>
    letter === "/" ? "\\/" : `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

describe("the fast and the exact reader", () => {
  it("make the same rows of any documents", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(document, fc.nat(7)), { minLength: 1, maxLength: 8 }), (documents) => {
        const bytes = Buffer.from(documents.map(([value, style]) => text(value, style)).join("\n"));
        expect(meaning(read(bytes, true))).toEqual(meaning(read(bytes, false)));
      }),
      { numRuns: 400 },
    );
  });

  it("make the same rows and rejections of damaged bytes", () => {
    fc.assert(
      fc.property(
        document,
        fc.nat(7),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
        (value, style, edits) => {
          const bytes = Buffer.from(text(value, style));
          for (const [at, byte] of edits) if (bytes.length > 0) bytes[at % bytes.length] = byte;
          expect(meaning(read(bytes, true))).toEqual(meaning(read(bytes, false)));
        },
      ),
      { numRuns: 400 },
    );
  });

  it("leave little to the exact one", () => {
    const line = Buffer.from(`{"@timestamp":"2026-01-31T10:00:00Z","process":{"args":["C:\\\\x","é\\n"],"pid":1}}\n`);
    expect(read(line, true).slow).toBe(0);
    expect(read(line, false).slow).toBe(1);
  });
});
