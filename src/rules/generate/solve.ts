import type { Expression } from "../../eql/ast.ts";
import { compileCondition } from "../../eql/evaluate.ts";
import type { Condition, Surroundings } from "../../eql/evaluate.ts";
import type { Value } from "../../eql/values.ts";
import { walk } from "../../eql/walk.ts";
import { branchesOf } from "./branches.ts";
import type { Demand } from "./branches.ts";
import { candidateValues, ordinary } from "./candidates.ts";
import { readable, withValues } from "./made-event.ts";
import type { MadeEvent, TypeOf } from "./made-event.ts";

/** An event that satisfies a condition, and the demands it was made for. */
export interface Solution {
  readonly event: MadeEvent;
  readonly demands: readonly Demand[];
}

/** Ways to satisfy a condition that are tried; values of several fields together that are tried. */
const MAX_BRANCHES = 2_000;
const MAX_COMBINATIONS = 3_000;
const MAX_VALUES = 50;

/**
 * Events that satisfy `condition`, each verified, at most one for each way to satisfy it. Where a way needs the event to
 * descend from another, it is taken to: the caller makes the ancestor.
 */
export function* solutionsOf(condition: Expression, typeOf: TypeOf): Generator<Solution> {
  const test = compileCondition(condition);
  let tried = 0;
  for (const demands of branchesOf(condition)) {
    if (++tried > MAX_BRANCHES) return;
    const around = assumedAncestry(demands);
    const event = solveBranch(demands, typeOf, around);
    if (event !== null && test(readable(event), around)) yield { event, demands };
  }
}

/** Every `descendant of` that a solution demands holds, no other. They are told apart by their place in the query. */
export function assumedAncestry(demands: readonly Demand[]): Surroundings {
  const wanted = new Set(demands.filter((demand) => demand.holds).map((demand) => demand.leaf.span.start));
  return { isDescendant: (node) => wanted.has(node.span.start) };
}

interface CompiledDemand {
  readonly leaf: Expression;
  readonly holds: boolean;
  readonly test: Condition;
  readonly fields: readonly string[];
}

/** An event that meets all demands, or null when none was found. */
function solveBranch(demands: readonly Demand[], typeOf: TypeOf, around: Surroundings): MadeEvent | null {
  const compiled = demands.map(compileDemand);
  const met = (demand: CompiledDemand, event: MadeEvent): boolean =>
    demand.test(readable(event), around) === demand.holds;
  const single = Map.groupBy(
    compiled.filter((demand) => demand.fields.length === 1),
    (demand) => demand.fields[0] ?? "",
  );
  let event: MadeEvent = new Map();
  for (const [field, group] of single) {
    const values = solveField(field, group, typeOf, around);
    if (values === null) return null;
    event = withValues(event, field, values);
  }
  for (const demand of compiled) {
    if (met(demand, event)) continue;
    if (demand.fields.length < 2) return null;
    const solved = solveTogether(demand, compiled, event, typeOf, met);
    if (solved === null) return null;
    event = solved;
  }
  return compiled.every((demand) => met(demand, event)) ? event : null;
}

function compileDemand({ leaf, holds }: Demand): CompiledDemand {
  return { leaf, holds, test: compileCondition(leaf), fields: fieldsOf(leaf) };
}

/** The fields a leaf reads, each once. */
export function fieldsOf(leaf: Expression): readonly string[] {
  const fields = new Set<string>();
  walk(leaf, (node) => {
    if (node.kind === "descendantOf") return false;
    if (node.kind === "field") fields.add(node.name);
    return true;
  });
  return [...fields];
}

/** Values of one field that meet all that is asked of it: none, one, or one for each demand. Null: none found. */
function solveField(
  field: string,
  demands: readonly CompiledDemand[],
  typeOf: TypeOf,
  around: Surroundings,
): readonly Value[] | null {
  const meets = (demand: CompiledDemand, values: readonly Value[]): boolean =>
    demand.test(readable(new Map([[field, values]])), around) === demand.holds;
  const allMet = (values: readonly Value[]): boolean => demands.every((demand) => meets(demand, values));
  if (allMet([])) return [];
  const type = typeOf(field);
  const candidates = demands.flatMap((demand) => candidateValues(demand.leaf, type));
  const one = candidates.find((value) => allMet([value]));
  if (one !== undefined) return [one];
  const refused = demands.filter((demand) => !demand.holds);
  const several: Value[] = [];
  for (const demand of demands.filter((each) => each.holds)) {
    if (several.length > 0 && meets(demand, several)) continue;
    const value = candidates.find((each) => meets(demand, [each]) && refused.every((other) => meets(other, [each])));
    if (value === undefined) return null;
    several.push(value);
  }
  return allMet(several) ? several : null;
}

/** Sets the fields of a leaf that reads several of them, without breaking what is met already. */
function solveTogether(
  demand: CompiledDemand,
  all: readonly CompiledDemand[],
  event: MadeEvent,
  typeOf: TypeOf,
  met: (demand: CompiledDemand, event: MadeEvent) => boolean,
): MadeEvent | null {
  const before = all.filter((other) => other !== demand && met(other, event));
  const known = demand.fields.flatMap((field) => [...(event.get(field) ?? [])]);
  const leavesOn = (field: string): readonly Expression[] =>
    all.filter((other) => other.holds && other.fields.includes(field)).map((other) => other.leaf);
  const choices = demand.fields.map((field): readonly (readonly Value[])[] => {
    const type = typeOf(field);
    const current = event.get(field) ?? [];
    const wanted = [demand.leaf, ...leavesOn(field)].flatMap((leaf) => candidateValues(leaf, type));
    const plain = [...known, ...wanted, ordinary(type)].slice(0, MAX_VALUES);
    const longer = plain.flatMap((value) => (typeof value === "string" ? [`${value}x`] : []));
    const others = [...plain, ...longer];
    return [...(current.length > 0 ? [current] : []), ...others.map((value) => [value])];
  });
  let tried = 0;
  for (const picked of combinations(choices)) {
    if (++tried > MAX_COMBINATIONS) return null;
    let changed = event;
    demand.fields.forEach((field, i) => {
      changed = withValues(changed, field, picked[i] ?? []);
    });
    if (met(demand, changed) && before.every((other) => met(other, changed))) return changed;
  }
  return null;
}

function* combinations<T>(choices: readonly (readonly T[])[]): Generator<readonly T[], void> {
  const [first, ...rest] = choices;
  if (first === undefined) return void (yield []);
  for (const tail of combinations(rest)) for (const head of first) yield [head, ...tail];
}
