import type { Expression } from "../../eql/ast.ts";
import { compileCondition } from "../../eql/evaluate.ts";
import type { Surroundings } from "../../eql/evaluate.ts";
import { printExpression } from "../../eql/printer.ts";
import type { Value } from "../../eql/values.ts";
import { candidateValues, ordinary } from "./candidates.ts";
import type { Demand } from "./branches.ts";
import { convert, readable, withValues } from "./made-event.ts";
import type { MadeEvent, TypeOf } from "./made-event.ts";
import { assumedAncestry, fieldsOf } from "./solve.ts";
import type { Solution } from "./solve.ts";

/** An event that differs from a matching one in one field, so that one leaf is turned. */
export interface Mutant {
  /** What was done, e.g. `without process.name`, `process.name is another`. */
  readonly change: string;
  /** The leaf that was turned, as EQL. */
  readonly leaf: string;
  readonly event: MadeEvent;
}

/**
 * For each leaf of a solution up to two events in which that leaf is turned: one without the field, one with another
 * value. Whether the whole query then fails is for the caller to find out: another alternative may hold instead.
 */
export function mutantsOf(solution: Solution, typeOf: TypeOf): readonly Mutant[] {
  const around = assumedAncestry(solution.demands);
  return solution.demands.flatMap((demand) => mutantsOfDemand(demand, solution.event, typeOf, around));
}

function mutantsOfDemand(demand: Demand, event: MadeEvent, typeOf: TypeOf, around: Surroundings): readonly Mutant[] {
  const test = compileCondition(demand.leaf);
  const leaf = shorten(printExpression(demand.leaf));
  const turned = (changed: MadeEvent): boolean => test(readable(changed), around) !== demand.holds;
  const mutants: Mutant[] = [];
  for (const field of fieldsOf(demand.leaf)) {
    const without = withValues(event, field, []);
    if (event.has(field) && turned(without)) mutants.push({ change: `without ${field}`, leaf, event: without });
    const other = otherValues(demand.leaf, event.get(field) ?? [], typeOf(field))
      .map((value) => withValues(event, field, [value]))
      .find(turned);
    if (other !== undefined) mutants.push({ change: `${field} is another`, leaf, event: other });
  }
  return mutants;
}

/** Near misses first: one character more, another case; then anything that may turn the leaf. */
function otherValues(leaf: Expression, current: readonly Value[], type: ReturnType<TypeOf>): readonly Value[] {
  const near = current.flatMap((value): readonly Value[] => {
    if (typeof value === "string") return [`${value}-`, `-${value}`, `-${value}-`, swapCase(value)];
    if (typeof value === "bigint") return [value + 1n, value - 1n, value + 1_000_003n, -value - 1n];
    if (typeof value === "number") return [value + 1, value - 1, -value - 1];
    return typeof value === "boolean" ? [!value] : [];
  });
  return [...near, ...candidateValues(leaf, type), ordinary(type), "eqlite-y", "203.0.113.77", "2001:db8::77"].flatMap(
    (value) => {
      const converted = convert(value, type);
      return converted === null ? [] : [converted];
    },
  );
}

function swapCase(text: string): string {
  return text.replaceAll(/[A-Za-z]/g, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

function shorten(text: string): string {
  return text.length <= 160 ? text : `${text.slice(0, 157)}...`;
}
