import type { ComputedLeaf, Condition, ExistsLeaf, IpLeaf, Leaf, NumberLeaf, TextLeaf } from "../plan/plan.ts";
import { chooseDriver } from "../sql/choose-driver.ts";
import { planTest } from "../sql/compile-test.ts";
import type { Resolved, SetLeaf, ValueSet } from "../sql/resolved.ts";
import type { FieldStorage, StoredField } from "../sql/storage.ts";
import type { DictionaryLeaves } from "./dictionary-leaves.ts";
import type { EventCounts } from "./event-counts.ts";
import type { LeafFunctions } from "./leaf-functions.ts";

const TRUE: Resolved = { kind: "constant", value: true };
const FALSE: Resolved = { kind: "constant", value: false };

/** What the resolver works with; one per connection. */
export interface ResolveContext {
  storageOf(path: string): FieldStorage;
  readonly leaves: DictionaryLeaves;
  readonly counts: EventCounts;
  readonly functions: LeafFunctions;
  /** The events below an ancestor (`descendant of`). */
  descendants(leaf: Leaf & { kind: "descendant" }): Resolved;
}

/**
 * Turns a condition's leaves into sets of dictionary ids, the cheap ones first: a mandatory leaf that no value or no
 * event satisfies ends the work. Where the cheap ones leave few events, costly leaves are tested on those events
 * instead of on the whole dictionary (docs/architecture.md, "Single events, in two phases").
 */
export function resolveCondition(condition: Condition, context: ResolveContext, scope: Scope = WHOLE): Resolved {
  switch (condition.kind) {
    case "constant":
      return condition.value ? TRUE : FALSE;
    case "and":
      return resolveAnd(condition.operands, context, scope);
    case "or":
      return resolveOr(condition.operands, context, scope);
    case "not":
      return negate(resolveCondition(condition.operand, context, { few: scope.few, drives: false }));
    default:
      return resolveLeaf(condition, context, scope);
  }
}

/** Where a leaf stands. */
interface Scope {
  /** Events that the leaves resolved so far leave, or null: all. */
  readonly few: number | null;
  /** Whether its index could drive the query: not below a `not`. */
  readonly drives: boolean;
}

const WHOLE: Scope = { few: null, drives: true };

function resolveAnd(operands: readonly Condition[], context: ResolveContext, scope: Scope): Resolved {
  const resolved = new Array<Resolved | undefined>(operands.length);
  const costs = operands.map((operand) => cost(operand, context));
  const order = [...operands.keys()].sort((a, b) => (costs[a] ?? 0) - (costs[b] ?? 0) || a - b);
  let few = scope.few;
  for (const index of order) {
    const operand = operands[index];
    if (operand === undefined) continue;
    const result = resolveCondition(operand, context, { few, drives: scope.drives });
    if (result.kind === "constant" && !result.value) return FALSE;
    resolved[index] = result;
    const driver = chooseDriver(result);
    if (driver !== null) {
      if (driver.events === 0) return FALSE;
      few = Math.min(few ?? Infinity, driver.events);
    }
  }
  const kept = resolved.filter((operand) => operand !== undefined && operand.kind !== "constant") as Resolved[];
  if (kept.length === 0) return TRUE;
  return kept.length === 1 && kept[0] !== undefined ? kept[0] : { kind: "and", operands: kept };
}

function resolveOr(operands: readonly Condition[], context: ResolveContext, scope: Scope): Resolved {
  const kept: Resolved[] = [];
  for (const operand of operands) {
    const result = resolveCondition(operand, context, scope);
    if (result.kind === "constant") {
      if (result.value) return TRUE;
    } else kept.push(result);
  }
  if (kept.length === 0) return FALSE;
  return kept.length === 1 && kept[0] !== undefined ? kept[0] : { kind: "or", operands: kept };
}

function negate(resolved: Resolved): Resolved {
  return resolved.kind === "constant" ? (resolved.value ? FALSE : TRUE) : { kind: "not", operand: resolved };
}

/** 0: decided by an index or by the row; else the number of dictionary values that have to be tested. */
function cost(condition: Condition, context: ResolveContext): number {
  switch (condition.kind) {
    case "and":
    case "or":
      return condition.operands.reduce((sum, operand) => sum + cost(operand, context), 0);
    case "not":
      return cost(condition.operand, context);
    case "text":
    case "computed":
    case "number":
    case "ip": {
      const field = dictionaryField(condition, context);
      return field === null ? 0 : context.leaves.cost(condition, field);
    }
    case "descendant":
      return 1_000_000;
    case "constant":
    case "exists":
      return 0;
  }
}

/** The one dictionary field that decides the leaf, or null. */
function dictionaryField(
  leaf: TextLeaf | ComputedLeaf | NumberLeaf | IpLeaf,
  context: ResolveContext,
): StoredField | null {
  const fields = leaf.kind === "computed" ? leaf.fields : [leaf.field];
  const present = fields.map((field) => context.storageOf(field.path)).filter((storage) => storage.kind !== "absent");
  const [only] = present;
  return present.length === 1 && only?.kind === "stored" && only.values === "dictionary" ? only : null;
}

function resolveLeaf(leaf: Leaf, context: ResolveContext, scope: Scope): Resolved {
  switch (leaf.kind) {
    case "exists":
      return resolveExists(leaf, context);
    case "descendant":
      return context.descendants(leaf);
    case "text":
    case "number":
    case "ip":
      return resolveTyped(leaf, context, scope);
    case "computed":
      return resolveComputed(leaf, context, scope);
  }
}

function resolveExists(leaf: ExistsLeaf, context: ResolveContext): Resolved {
  const field = context.storageOf(leaf.field.path);
  return field.kind === "absent" ? FALSE : { kind: "present", field };
}

function resolveTyped(leaf: TextLeaf | NumberLeaf | IpLeaf, context: ResolveContext, scope: Scope): Resolved {
  const field = context.storageOf(leaf.field.path);
  if (field.kind === "absent") return FALSE;
  if (field.kind === "time" || field.values !== "dictionary") {
    if (leaf.kind === "number") return { kind: "range", field, test: leaf.test };
    return resolveByFunction({ kind: "computed", fields: [leaf.field], source: leaf.source }, context);
  }
  if (leaf.kind === "text" && rowsAreCheaper(leaf, field, scope, context)) {
    const test = planTest(leaf.test);
    if (test.kind === "sql" && !context.leaves.hasOdd(field)) return { kind: "row", field, test: test.test };
    if (test.kind === "evaluator")
      return resolveByFunction({ kind: "computed", fields: [leaf.field], source: leaf.source }, context);
  }
  return toSetLeaf(field, context.leaves.typed(leaf, field), false, scope, context);
}

/** Testing a value through a row costs about ten times what testing it in a scan of its family costs. */
function rowsAreCheaper(
  leaf: TextLeaf | ComputedLeaf,
  field: StoredField,
  scope: Scope,
  context: ResolveContext,
): boolean {
  if (scope.few === null || context.leaves.isKnown(leaf, field)) return false;
  return scope.few * 10 < context.leaves.cost(leaf, field);
}

function resolveComputed(leaf: ComputedLeaf, context: ResolveContext, scope: Scope): Resolved {
  const storages = leaf.fields.map((field) => context.storageOf(field.path));
  if (storages.every((storage) => storage.kind === "absent")) {
    return context.functions.holdsWithoutFields(leaf) ? TRUE : FALSE;
  }
  const field = dictionaryField(leaf, context);
  if (field === null || rowsAreCheaper(leaf, field, scope, context)) {
    return resolveByFunction(leaf, context);
  }
  const { set, whenMissing } = context.leaves.computed(leaf, field);
  return toSetLeaf(field, set, whenMissing, scope, context);
}

function resolveByFunction(leaf: ComputedLeaf, context: ResolveContext): Resolved {
  const fields = leaf.fields.map((field) => ({ field, storage: context.storageOf(field.path) }));
  const present = fields.flatMap(({ field, storage }) => (storage.kind === "absent" ? [] : [{ field, storage }]));
  const fn = context.functions.register(leaf, present);
  return { kind: "function", fn, fields: present.map(({ storage }) => storage) };
}

function toSetLeaf(
  field: StoredField,
  set: ValueSet,
  orMissing: boolean,
  scope: Scope,
  context: ResolveContext,
): Resolved {
  const empty = set.kind === "ids" && set.ids.length === 0;
  if (empty && !orMissing) return FALSE;
  if (empty) return { kind: "not", operand: { kind: "present", field } };
  const leaf: SetLeaf = { kind: "set", field, set, orMissing, events: null };
  return orMissing || !scope.drives ? leaf : { ...leaf, events: context.counts.events(leaf) };
}
