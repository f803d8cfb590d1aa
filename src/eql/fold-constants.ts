import type { Comparison, EventQuery, Expression, Literal, Query, Span } from "./ast.ts";
import { mapChildren } from "./map-children.ts";
import { compileScalar, isNullLiteral } from "./scalar.ts";
import { childrenOf } from "./walk.ts";

/**
 * The expression with its constant parts computed, three-valued (semantics 4): `1 + 2 == 3` is `true`, `not null` is
 * `null`. An `and` with a constant false is false, true operands are dropped (`or` alike). The expression must have
 * passed the checker. What reads no field is a literal afterwards.
 */
export function foldConstants(expression: Expression): Expression {
  const folded = mapChildren(expression, foldConstants);
  switch (folded.kind) {
    case "literal":
    case "field":
    case "stageField":
      return folded;
    case "descendantOf":
      return { ...folded, query: foldEventQuery(folded.query) };
    case "and":
      return foldJunction(folded.kind, folded.operands, false, folded.span);
    case "or":
      return foldJunction(folded.kind, folded.operands, true, folded.span);
    case "comparison":
      if (becameNull(expression, folded)) return { kind: "literal", value: null, span: folded.span };
      return constantOf(folded) ?? folded;
    default:
      return constantOf(folded) ?? folded;
  }
}

/** A side that is computed to null makes the comparison null; only a `null` that is written makes it an is-null test. */
function becameNull(written: Expression, folded: Comparison): boolean {
  if (written.kind !== "comparison" || isNullLiteral(written.left) || isNullLiteral(written.right)) return false;
  return isNullLiteral(folded.left) || isNullLiteral(folded.right);
}

function foldEventQuery(query: EventQuery): EventQuery {
  return { ...query, condition: foldConstants(query.condition) };
}

/** The query with the constants of all its conditions folded. */
export function foldQuery(query: Query): Query {
  const { base } = query;
  if (base.kind === "eventQuery") return { ...query, base: foldEventQuery(base) };
  const stages = base.stages.map((stage) => ({ ...stage, query: foldEventQuery(stage.query) }));
  if (base.kind === "sample") return { ...query, base: { ...base, stages } };
  const until = base.until === null ? null : { ...base.until, query: foldEventQuery(base.until.query) };
  return { ...query, base: { ...base, stages, until } };
}

function foldJunction(kind: "and" | "or", operands: readonly Expression[], decides: boolean, span: Span): Expression {
  const decided = operands.some((operand) => isLiteral(operand) && operand.value === decides);
  if (decided) return { kind: "literal", value: decides, span };
  const left = operands.filter((operand) => !isLiteral(operand) || operand.value !== !decides);
  const [first] = left;
  if (first === undefined) return { kind: "literal", value: !decides, span };
  if (left.length === 1) return first;
  return left.every(isLiteral) ? { kind: "literal", value: null, span } : { kind, operands: left, span };
}

function isLiteral(expression: Expression): expression is Literal {
  return expression.kind === "literal";
}

/** The value of an expression whose parts are all literals, as a literal. */
function constantOf(expression: Expression): Literal | null {
  if (!childrenOf(expression).every((child) => child.kind === "literal")) return null;
  const value = compileScalar(expression).evaluate([]);
  return typeof value === "object" && value !== null ? null : { kind: "literal", value, span: expression.span };
}
