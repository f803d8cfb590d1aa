import { sql } from "kysely";
import type { NumberLeaf } from "../plan/plan.ts";
import { compileTextTest, OPERATORS } from "./compile-test.ts";
import { chain, column, type Fragment } from "./fragments.ts";
import type {
  EventsLeaf,
  FunctionLeaf,
  PresentLeaf,
  RangeLeaf,
  Resolved,
  ResolvedLeaf,
  RowLeaf,
  SetLeaf,
  ValueSet,
} from "./resolved.ts";
import type { StoredField, TimeField } from "./storage.ts";

/**
 * The condition over a row `e` of `event`. Above the leaves EQL has no null: under a `not` every leaf is made 0 or 1,
 * elsewhere null and false select the same rows, and wrapping would hide the leaf from the indexes.
 * @param driver the leaf whose index is used; the columns of all others are kept from the planner.
 */
export function compileCondition(condition: Resolved, driver: ResolvedLeaf | null, underNot = false): Fragment {
  switch (condition.kind) {
    case "and":
    case "or":
      return chain(
        condition.kind,
        condition.operands.map((operand) => compileCondition(operand, driver, underNot)),
      );
    case "not":
      return sql`NOT ${compileCondition(condition.operand, driver, true)}`;
    case "constant":
      return condition.value ? sql`1` : sql`0`;
    default: {
      const leaf = compileLeaf(condition, condition !== driver);
      return underNot && isNullable(condition) ? sql`ifnull(${leaf}, 0)` : leaf;
    }
  }
}

function isNullable(leaf: ResolvedLeaf): boolean {
  return (leaf.kind === "set" && !leaf.orMissing) || leaf.kind === "range";
}

/** @param guarded keep the leaf's column from the planner */
export function compileLeaf(leaf: ResolvedLeaf, guarded: boolean): Fragment {
  switch (leaf.kind) {
    case "set":
      return compileSet(leaf, guarded);
    case "row":
      return compileRowTest(leaf);
    case "present":
      return compilePresent(leaf);
    case "range":
      return compileRange(leaf, guarded);
    case "function":
      return compileFunction(leaf);
    case "events":
      return compileEvents(leaf, guarded);
  }
}

function compileSet(leaf: SetLeaf, guarded: boolean): Fragment {
  const { field, set } = leaf;
  const operands: Fragment[] = [];
  if (field.column) operands.push(inSet(column(`f${field.id}`, guarded), set));
  if (field.side) operands.push(inSide(field, sql`IN ${setSource(set)}`, guarded));
  if (leaf.orMissing) operands.push(sql`NOT ${compilePresent({ kind: "present", field })}`);
  return chain("or", operands);
}

function inSet(side: Fragment, set: ValueSet): Fragment {
  if (set.kind === "ids" && set.ids.length === 1) return sql`${side} = ${set.ids[0]}`;
  return sql`${side} IN ${setSource(set)}`;
}

/** `(?, ?)` or the rows of the leaf's table: what stands behind IN. */
export function setSource(set: ValueSet): Fragment {
  if (set.kind === "table") return sql`(SELECT l.value FROM temp.leaf AS l WHERE l.leaf = ${set.leaf})`;
  return sql`(${sql.join(set.ids)})`;
}

/** Some value in the side table satisfies `test`, which stands behind the value. */
function inSide(field: StoredField, test: Fragment, guarded: boolean): Fragment {
  const table = sql.table(`f_${field.id}`);
  if (!guarded) return sql`e.id IN (SELECT s.event FROM ${table} AS s WHERE s.v ${test})`;
  return sql`EXISTS (SELECT 1 FROM ${table} AS s WHERE s.event = e.id AND +s.v ${test})`;
}

function compileRowTest(leaf: RowLeaf): Fragment {
  const test = compileTextTest(leaf.test);
  const holds = (id: Fragment): Fragment =>
    sql`(EXISTS (SELECT 1 FROM value AS v WHERE v.id = ${id} AND v.odd IS NULL AND ${test})${
      leaf.field.lists
        ? sql` OR EXISTS (SELECT 1 FROM value_item AS i CROSS JOIN value AS v ON v.id = i.item WHERE i.list = ${id} AND v.odd IS NULL AND ${test})`
        : sql``
    })`;
  const operands: Fragment[] = [];
  if (leaf.field.column) operands.push(holds(column(`f${leaf.field.id}`, false)));
  if (leaf.field.side) {
    operands.push(
      sql`EXISTS (SELECT 1 FROM ${sql.table(`f_${leaf.field.id}`)} AS s WHERE s.event = e.id AND ${holds(sql`s.v`)})`,
    );
  }
  return chain("or", operands);
}

function compilePresent(leaf: PresentLeaf): Fragment {
  const { field } = leaf;
  if (field.kind === "time") return sql`e.time IS NOT NULL`;
  const operands: Fragment[] = [];
  if (field.column) operands.push(sql`${column(`f${field.id}`, true)} IS NOT NULL`);
  if (field.side) operands.push(sql`EXISTS (SELECT 1 FROM ${sql.table(`f_${field.id}`)} AS s WHERE s.event = e.id)`);
  return chain("or", operands);
}

function compileRange(leaf: RangeLeaf, guarded: boolean): Fragment {
  const { field } = leaf;
  const test = numberTest(leaf.test);
  if (field.kind === "time") return sql`+e.time ${test}`;
  const operands: Fragment[] = [];
  if (field.column) operands.push(sql`${column(`f${field.id}`, guarded)} ${test}`);
  if (field.side) operands.push(inSide(field, test, guarded));
  return chain("or", operands);
}

function numberTest(test: NumberLeaf["test"]): Fragment {
  if (test.op === "compare") return sql`${OPERATORS[test.operator]} ${test.value}`;
  return test.values.length === 1 ? sql`= ${test.values[0]}` : sql`IN (${sql.join(test.values)})`;
}

function compileFunction(leaf: FunctionLeaf): Fragment {
  const values = leaf.fields.map((field) =>
    field.kind === "time" ? sql`e.time` : field.column ? column(`f${field.id}`, false) : sql`NULL`,
  );
  return sql`eql_leaf(${sql.join([leaf.fn, sql`e.id`, ...values])})`;
}

function compileEvents(leaf: EventsLeaf, guarded: boolean): Fragment {
  const rows = sql`(SELECT l.value FROM temp.leaf AS l WHERE l.leaf = ${leaf.leaf})`;
  return guarded
    ? sql`EXISTS (SELECT 1 FROM temp.leaf AS l WHERE l.leaf = ${leaf.leaf} AND l.value = e.id)`
    : sql`e.id IN ${rows}`;
}

/** The event's ids among the values of a field, whatever keeps it: used to fetch keys. Null where it has none. */
export function valueColumn(field: StoredField | TimeField): Fragment {
  if (field.kind === "time") return sql`e.time`;
  return field.column ? column(`f${field.id}`, true) : sql`NULL`;
}
