import type { Expression, Field } from "../../eql/ast.ts";
import { compileCondition } from "../../eql/evaluate.ts";
import { mapChildren } from "../../eql/map-children.ts";
import type { Value } from "../../eql/values.ts";
import { walk } from "../../eql/walk.ts";
import { allOf, exists, literal } from "../../kql/condition.ts";
import { ordinary } from "./candidates.ts";
import { take } from "./draft.ts";
import type { DraftContext } from "./draft.ts";
import { convert, readable, withValues } from "./made-event.ts";
import type { MadeEvent, TypeOf } from "./made-event.ts";
import { assumedAncestry, solutionsOf } from "./solve.ts";
import type { Solution } from "./solve.ts";

/** What an event of one stage must be, and the fields that join it to the others, by position. */
export interface StageWish {
  readonly condition: Expression;
  readonly keys: readonly Field[];
}

/** Ways to satisfy a stage that are tried when the first do not fit together. */
const MAX_SOLUTIONS = 12;

/**
 * An event for each stage, with the same join keys: the wishes are solved in order, since a later one may read earlier
 * events (`alias.field`). Null when no set was found that agrees.
 */
export function joinStages(wishes: readonly StageWish[], context: DraftContext): readonly Solution[] | null {
  const needed = wishes.map((wish, index) => withNeeds(wish, index, wishes));
  const picks = [wishes.map(() => 0)];
  for (const [stage] of wishes.entries()) {
    for (let choice = 1; choice < MAX_SOLUTIONS; choice++) picks.push(wishes.map((_, i) => (i === stage ? choice : 0)));
  }
  for (const pick of picks) {
    const solutions = solveInOrder(needed, pick, context.typeOf);
    const joined = solutions === null ? null : unifyKeys(solutions, needed, wishes, context.typeOf);
    if (joined !== null) return joined;
  }
  return null;
}

/** Keys must be there unless optional, and so must fields that later stages read. */
function withNeeds(wish: StageWish, index: number, wishes: readonly StageWish[]): Expression {
  const names = new Set(wish.keys.filter((key) => !key.optional).map((key) => key.name));
  for (const later of wishes) {
    walk(later.condition, (node) => {
      if (node.kind === "stageField" && node.stage === index) names.add(node.name);
    });
  }
  return allOf([wish.condition, ...[...names].map((name) => exists(name))]);
}

function solveInOrder(
  conditions: readonly Expression[],
  pick: readonly number[],
  typeOf: TypeOf,
): readonly Solution[] | null {
  const solutions: Solution[] = [];
  for (const [index, condition] of conditions.entries()) {
    const wanted = pick[index] ?? 0;
    const found = take(solutionsOf(bound(condition, solutions), typeOf), wanted + 1)[wanted];
    if (found === undefined) return null;
    solutions.push(found);
  }
  return solutions;
}

/** The condition with what it reads of earlier events put in. */
function bound(condition: Expression, earlier: readonly Solution[]): Expression {
  if (condition.kind !== "stageField") return mapChildren(condition, (child) => bound(child, earlier));
  const value = earlier[condition.stage]?.event.get(condition.name)?.[0] ?? null;
  return literal(typeof value === "object" ? null : value, condition.span);
}

/** Sets each join key to one value in all stages, so that every condition still holds; null when none does. */
function unifyKeys(
  solutions: readonly Solution[],
  conditions: readonly Expression[],
  wishes: readonly StageWish[],
  typeOf: TypeOf,
): readonly Solution[] | null {
  const tests = conditions.map((condition) => compileCondition(bound(condition, solutions)));
  let events = solutions.map((solution) => solution.event);
  const count = wishes[0]?.keys.length ?? 0;
  for (let position = 0; position < count; position++) {
    const fields = wishes.map((wish) => wish.keys[position]?.name ?? "");
    const agreed = keyValues(fields, events, position, typeOf)
      .map((value) => events.map((event, i) => setKey(event, fields[i] ?? "", value, typeOf)))
      .find((changed) =>
        changed.every(
          (event, i) =>
            event !== null && tests[i]?.(readable(event), assumedAncestry(solutions[i]?.demands ?? [])) === true,
        ),
      );
    if (agreed === undefined) return null;
    events = agreed.flatMap((event) => (event === null ? [] : [event]));
  }
  return solutions.map((solution, i) => ({ ...solution, event: events[i] ?? solution.event }));
}

function keyValues(
  fields: readonly string[],
  events: readonly MadeEvent[],
  position: number,
  typeOf: TypeOf,
): readonly Value[] {
  const present = fields.flatMap((field, i) => [...(events[i]?.get(field) ?? [])]);
  return [`eqlite-key-${position}`, ...present, ...fields.map((field) => ordinary(typeOf(field)))];
}

function setKey(event: MadeEvent, field: string, value: Value, typeOf: TypeOf): MadeEvent | null {
  const converted = convert(value, typeOf(field));
  return converted === null ? null : withValues(event, field, [converted]);
}
