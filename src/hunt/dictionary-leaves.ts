import { sql } from "kysely";
import { printExpression } from "../eql/printer.ts";
import type { ComputedLeaf, IpLeaf, NumberLeaf, TextLeaf } from "../plan/plan.ts";
import { compileIpTest, compileTextTest, planTest } from "../sql/compile-test.ts";
import { compileFragment, type Fragment } from "../sql/fragments.ts";
import type { ValueSet } from "../sql/resolved.ts";
import type { StoredField } from "../sql/storage.ts";
import { decodeText } from "../store/text.ts";
import type { DictionaryValue, ValueSets } from "../store/value-sets.ts";
import { compileLeaf, type LeafEvaluator, toEqlValue } from "./leaf-evaluator.ts";

type DictionaryLeaf = TextLeaf | NumberLeaf | IpLeaf | ComputedLeaf;

/** Sets up to this size are bound as parameters; larger ones stand in the table `leaf`. */
const INLINE_IDS = 16;

/** A family this small is scanned as cheaply as an index is asked. */
const SMALL_FAMILY = 2000;

/** Testing a value in the program costs about this many tests in SQL. */
const EVALUATOR_COST = 8;

/** How a leaf's set was made: shown by `--explain`. */
export interface LeafRecord {
  readonly text: string;
  readonly family: number;
  readonly values: number;
  readonly ms: number;
  readonly how: "sql" | "evaluator";
}

/** The leaves of a hunt as sets of dictionary ids: evaluated over the values of a family, once, shared by all rules. */
export class DictionaryLeaves {
  private readonly sets: ValueSets;
  private readonly known = new Map<string, ValueSet>();
  private readonly missing = new Map<string, boolean>();
  private readonly odd = new Map<number, readonly DictionaryValue[]>();
  /** In order of evaluation. */
  readonly records: LeafRecord[] = [];

  constructor(sets: ValueSets) {
    this.sets = sets;
  }

  /** The ids that satisfy a leaf, lists included. */
  typed(leaf: TextLeaf | NumberLeaf | IpLeaf, field: StoredField): ValueSet {
    return this.remember(leaf, field, () => {
      if (leaf.kind === "text") return this.text(leaf, field);
      if (leaf.kind === "ip") return this.ip(leaf, field);
      return this.evaluate({ kind: "computed", fields: [leaf.field], source: leaf.source }, field);
    });
  }

  /** As `typed`, for a leaf that the evaluator decides; and whether it holds where the field is missing. */
  computed(leaf: ComputedLeaf, field: StoredField): { readonly set: ValueSet; readonly whenMissing: boolean } {
    const key = keyOf(leaf, field);
    const set = this.remember(leaf, field, () => this.evaluate(leaf, field));
    let whenMissing = this.missing.get(key);
    if (whenMissing === undefined) {
      whenMissing = compileLeaf(leaf).holds(leaf.fields.map(() => []));
      this.missing.set(key, whenMissing);
    }
    return { set, whenMissing };
  }

  isKnown(leaf: DictionaryLeaf, field: StoredField): boolean {
    return this.known.has(keyOf(leaf, field));
  }

  /** Values to test, in units of one test in SQL; 0 where an index answers. */
  cost(leaf: DictionaryLeaf, field: StoredField): number {
    if (this.isKnown(leaf, field)) return 0;
    const size = this.sets.familySize(familyOf(field));
    if (leaf.kind === "ip" || size <= SMALL_FAMILY) return 0;
    if (leaf.kind !== "text") return size * EVALUATOR_COST;
    const { test } = leaf;
    if (test.op === "equals") return 0;
    if (test.op === "regex") return size * EVALUATOR_COST;
    if (test.op === "compare") return size;
    return size * test.patterns.filter((pattern) => /^[*?]/.test(pattern)).length;
  }

  hasOdd(field: StoredField): boolean {
    return this.oddValues(familyOf(field)).length > 0;
  }

  private remember(leaf: DictionaryLeaf, field: StoredField, make: () => Made): ValueSet {
    const key = keyOf(leaf, field);
    let set = this.known.get(key);
    if (set === undefined) {
      const start = performance.now();
      const made = make();
      set = made.set;
      this.known.set(key, set);
      const values = set.kind === "ids" ? set.ids.length : set.size;
      const ms = performance.now() - start;
      this.records.push({ text: printExpression(leaf.source), family: familyOf(field), values, ms, how: made.how });
    }
    return set;
  }

  private text(leaf: TextLeaf, field: StoredField): Made {
    const plan = planTest(leaf.test);
    const computed: ComputedLeaf = { kind: "computed", fields: [leaf.field], source: leaf.source };
    if (plan.kind === "evaluator") return this.evaluate(computed, field);
    const set = this.sets.create();
    if (plan.kind === "sql") {
      const odd = this.oddValues(familyOf(field)).map((value) => BigInt(value.id));
      const ordinary = odd.length === 0 ? sql`` : sql` AND v.id NOT IN (${sql.join(odd)})`;
      this.addWhere(set, field, sql`v.folded IS NOT NULL${ordinary} AND ${compileTextTest(plan.test)}`);
    }
    this.addOdd(set, field, this.evaluator(leaf, computed));
    return { set: this.close(set, field), how: "sql" };
  }

  /** A test of text is a part of its source where a pattern list was split: the evaluator gets just that part. */
  private evaluator(leaf: TextLeaf, computed: ComputedLeaf): LeafEvaluator {
    const { source, test } = leaf;
    if (source.kind !== "pattern" || (test.op !== "equals" && test.op !== "wildcard")) return compileLeaf(computed);
    const wanted = new Set<unknown>(test.op === "equals" ? test.values : test.patterns);
    const patterns = source.patterns.filter((pattern) => wanted.has(pattern.value));
    return compileLeaf({ ...computed, source: { ...source, patterns } });
  }

  private ip(leaf: IpLeaf, field: StoredField): Made {
    const set = this.sets.create();
    this.addWhere(set, field, compileIpTest(leaf.ranges));
    return { set: this.close(set, field), how: "sql" };
  }

  /** @param field the one of the leaf's fields that any event has */
  private evaluate(leaf: ComputedLeaf, field: StoredField): Made {
    const set = this.sets.create();
    this.addTested(set, field, leaf, field.path);
    return { set: this.close(set, field), how: "evaluator" };
  }

  private addWhere(set: bigint, field: StoredField, test: Fragment): void {
    const query = sql`SELECT v.id FROM value AS v WHERE v.family = ${BigInt(familyOf(field))} AND ${test}`;
    this.sets.addQuery(set, compileFragment(query));
  }

  private addOdd(set: bigint, field: StoredField, evaluator: LeafEvaluator): void {
    const odd = this.oddValues(familyOf(field));
    const matching = odd.filter((value) => evaluator.holds([[decodeText(value.text, value.odd)]]));
    this.sets.addIds(
      set,
      matching.map((value) => value.id),
    );
  }

  private addTested(set: bigint, field: StoredField, leaf: ComputedLeaf, path: string): void {
    const evaluator = compileLeaf(leaf);
    const position = leaf.fields.findIndex((candidate) => candidate.path === path);
    const type = leaf.fields[position]?.type ?? "keyword";
    const ids: number[] = [];
    for (const value of this.sets.scalars(familyOf(field), false)) {
      const typed = toEqlValue(type, decodeText(value.text, value.odd));
      if (typed === null) continue;
      if (evaluator.holds(leaf.fields.map((_, index) => (index === position ? [typed] : [])))) ids.push(value.id);
    }
    this.sets.addIds(set, ids);
  }

  private close(set: bigint, field: StoredField): ValueSet {
    if (this.sets.hasLists(familyOf(field))) this.sets.addLists(set);
    const size = this.sets.size(set);
    if (size > INLINE_IDS) return { kind: "table", leaf: set, size };
    const ids = this.sets.ids(set);
    this.sets.drop(set);
    return { kind: "ids", ids };
  }

  private oddValues(family: number): readonly DictionaryValue[] {
    let values = this.odd.get(family);
    if (values === undefined) {
      values = this.sets.hasOdd(family) ? [...this.sets.scalars(family, true)] : [];
      this.odd.set(family, values);
    }
    return values;
  }
}

interface Made {
  readonly set: ValueSet;
  readonly how: LeafRecord["how"];
}

function familyOf(field: StoredField): number {
  if (field.family === null) throw new Error(`internal error: field ${field.id} is not in the dictionary`);
  return field.family;
}

/** Leaves of fields of one family with the same test have one set. */
function keyOf(leaf: DictionaryLeaf, field: StoredField): string {
  switch (leaf.kind) {
    case "text":
      return `${field.family}:${JSON.stringify(leaf.test)}`;
    case "ip":
      return `${field.family}:${leaf.ranges.map((range) => Buffer.concat([range.first, range.last]).toString("hex")).join()}`;
    case "number":
    case "computed":
      return `${field.id}:${printExpression(leaf.source)}`;
  }
}
