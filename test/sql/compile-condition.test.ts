import { describe, expect, it } from "vitest";
import { compileCondition } from "../../src/sql/compile-condition.ts";
import { compileEventQuery } from "../../src/sql/compile-stage.ts";
import { compileFragment } from "../../src/sql/fragments.ts";
import type { Resolved, SetLeaf } from "../../src/sql/resolved.ts";
import type { StoredField } from "../../src/sql/storage.ts";

const field = (id: number, more: Partial<StoredField> = {}): StoredField => ({
  ...{ kind: "stored", id, path: `field${id}`, column: true, side: false, values: "dictionary", family: 1 },
  ...{ lists: false, indexed: true, ...more },
});

const set = (id: number, ids: readonly bigint[], events: number | null, more: Partial<SetLeaf> = {}): SetLeaf => ({
  ...{ kind: "set", field: field(id), set: { kind: "ids", ids }, orMissing: false, events, ...more },
});

const compile = (condition: Resolved): object => compileFragment(compileCondition(condition, null));

describe("compileCondition", () => {
  it("compares a column with the one id of a leaf, hidden from the planner", () => {
    expect(compile(set(3, [7n], 1))).toEqual({ sql: '(+e."f3" = ?)', parameters: [7n] });
  });

  it("makes a leaf 0 or 1 below a not, and nowhere else", () => {
    const condition: Resolved = {
      kind: "and",
      operands: [set(1, [2n, 3n], 5), { kind: "not", operand: set(2, [4n], 5) }],
    };
    expect(compile(condition)).toEqual({
      sql: '((+e."f1" IN (?, ?)) AND NOT ifnull((+e."f2" = ?), 0))',
      parameters: [2n, 3n, 4n],
    });
  });

  it("reads many ids from the table of leaves", () => {
    const leaf = set(1, [], 9, { set: { kind: "table", leaf: 12n, size: 999 } });
    expect(compile(leaf)).toEqual({
      sql: '(+e."f1" IN (SELECT l.value FROM temp.leaf AS l WHERE l.leaf = ?))',
      parameters: [12n],
    });
  });

  it("asks the side table of a field without a column", () => {
    const leaf = set(1, [2n], 9, { field: field(1, { column: false, side: true }) });
    expect(compile(leaf)).toEqual({
      sql: '(EXISTS (SELECT 1 FROM "f_1" AS s WHERE s.event = e.id AND +s.v IN (?)))',
      parameters: [2n],
    });
  });

  it("tests numbers in the row and in the lists beside it, as bigint", () => {
    const size = field(4, { values: "integer", family: null, side: true });
    expect(compile({ kind: "range", field: size, test: { op: "compare", operator: ">=", value: 5n } })).toEqual({
      sql: '(+e."f4" >= ? OR EXISTS (SELECT 1 FROM "f_4" AS s WHERE s.event = e.id AND +s.v >= ?))',
      parameters: [5n, 5n],
    });
  });

  it("keeps a chain of 5,000 operands within SQLite's depth", () => {
    const operands = Array.from({ length: 5000 }, (_, index) => set(index, [1n], null));
    const { sql } = compileFragment(compileCondition({ kind: "or", operands }, null));
    expect(sql.match(/ OR /g)?.length).toBe(4999);
    expect(sql.startsWith("((")).toBe(true);
  });
});

describe("compileEventQuery", () => {
  const open = { from: null, to: null };
  const scope = { total: 1000, last: null };

  it("is driven by the leaf with the fewest events", () => {
    const condition: Resolved = { kind: "and", operands: [set(1, [2n], 500), set(2, [3n], 4)] };
    expect(compileEventQuery(condition, open, scope)).toEqual({
      sql: 'SELECT e.id FROM event AS e WHERE ((+e."f1" = ?) AND (e."f2" = ?)) ORDER BY e.time IS NULL, +e.time, e.tiebreaker IS NULL, e.tiebreaker, e.id',
      parameters: [2n, 3n],
    });
  });

  it("unites the events of the branches of an or", () => {
    const { sql, parameters } = compileEventQuery(
      { kind: "or", operands: [set(1, [2n], 5), set(2, [3n], 4)] },
      open,
      scope,
    );
    expect(sql).toContain(
      'WHERE e.id IN (SELECT e.id FROM event AS e WHERE (e."f1" = ?) UNION SELECT e.id FROM event AS e WHERE (e."f2" = ?)) AND ((+e."f1" = ?) OR (+e."f2" = ?))',
    );
    expect(parameters).toEqual([2n, 3n, 2n, 3n]);
  });

  it("scans where no leaf leads to few events, and keeps to the window", () => {
    const { sql, parameters } = compileEventQuery(set(1, [2n], 900), { from: 10n, to: null }, scope);
    expect(sql).toContain('FROM event AS e NOT INDEXED WHERE (+e."f1" = ?) AND +e.time >= ?');
    expect(parameters).toEqual([2n, 10n]);
  });

  it("goes through the index of times where the window is narrow and no leaf leads to few events", () => {
    const { sql } = compileEventQuery(set(1, [2n], 900), { from: 10n, to: 20n }, scope);
    expect(sql).toContain('FROM event AS e WHERE (+e."f1" = ?) AND e.time >= ? AND e.time <= ? ORDER BY');
  });

  it("keeps to the first events that were loaded, without their order as the way in where a leaf drives", () => {
    const first = { total: 1000, last: 7n };
    expect(compileEventQuery(set(1, [2n], 4), open, first)).toEqual({
      sql: 'SELECT e.id FROM event AS e WHERE (e."f1" = ?) AND +e.id <= ? ORDER BY e.time IS NULL, +e.time, e.tiebreaker IS NULL, e.tiebreaker, e.id',
      parameters: [2n, 7n],
    });
    expect(compileEventQuery(set(1, [2n], 900), open, first).sql).toContain(
      'FROM event AS e NOT INDEXED WHERE (+e."f1" = ?) AND e.id <= ?',
    );
  });
});
