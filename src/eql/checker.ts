import type { Expression, EventQuery, Field, Query, Span, Stage, Until } from "./ast.ts";
import type { CheckContext } from "./check-context.ts";
import { checkCondition, checkExpression, checkField } from "./check-expression.ts";
import { diagnostic, type Diagnostic, hasErrors } from "./diagnostics.ts";
import { LIMITS } from "./limits.ts";
import { parseQuery } from "./parser.ts";
import type { Schema } from "./schema.ts";
import { suggest } from "./suggest.ts";
import { areComparable, type FieldType, TYPE_NAMES, type ValueType } from "./types.ts";

/** A query that is right but for warnings, with what the checker learnt. */
export interface CheckedQuery {
  readonly query: Query;
  /** Every field that the query reads, join keys included, with its type; null where only the data tells. */
  readonly fields: ReadonlyMap<string, FieldType | null>;
  /** The type of every expression in it. */
  readonly types: ReadonlyMap<Expression, ValueType>;
}

export interface CheckResult {
  /** Null when any diagnostic is not a warning. */
  readonly checked: CheckedQuery | null;
  /** In order of place. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks names and types (semantics 2, 8, 9). Never throws; reports all mistakes it finds. */
export function checkQuery(query: Query, schema: Schema): CheckResult {
  const diagnostics: Diagnostic[] = [];
  const types = new Map<Expression, ValueType>();
  const fields = new Map<string, FieldType | null>();
  const context: CheckContext = {
    schema,
    types,
    fields,
    report: (code, span, parameters) => {
      if (diagnostics.length < LIMITS.maxDiagnostics) diagnostics.push(diagnostic(code, span, parameters));
    },
    checkEventQuery: (inner) => checkEventQuery(inner, context),
    checkExpression: (expression) => checkExpression(expression, context),
  };
  const { base } = query;
  if (base.kind === "eventQuery") {
    checkEventQuery(base, context);
  } else {
    for (const stage of base.stages) checkEventQuery(stage.query, context);
    const until = base.kind === "sequence" ? base.until : null;
    if (until !== null) checkEventQuery(until.query, context);
    checkKeys(base.by, until === null ? base.stages : [...base.stages, until], context);
  }
  const ordered = diagnostics.sort((a, b) => a.span.start - b.span.start);
  return { checked: hasErrors(ordered) ? null : { query, fields, types }, diagnostics: ordered };
}

/** Parses and checks: all remarks on a text, and the checked query if it may run. */
export function readQuery(text: string, schema: Schema): CheckResult {
  const { query, diagnostics } = parseQuery(text);
  if (query === null) return { checked: null, diagnostics };
  const result = checkQuery(query, schema);
  return { checked: result.checked, diagnostics: [...diagnostics, ...result.diagnostics] };
}

function checkEventQuery(query: EventQuery, context: CheckContext): void {
  const { category, condition, span } = query;
  const { categories } = context.schema;
  if (category !== null && categories.length > 0 && !categories.includes(category)) {
    const place: Span = { start: span.start, end: span.start + category.length };
    context.report("unknown-category", place, { name: category, suggestions: suggest(category, categories) });
  }
  checkCondition(condition, context);
}

/** Join keys: known fields, and at each position types that can be equal. */
function checkKeys(by: readonly Field[], stages: readonly (Stage | Until)[], context: CheckContext): void {
  const typed = (key: Field): ValueType => context.types.get(key) ?? checkField(key, context);
  by.forEach(typed);
  const [first, ...others] = stages;
  if (first === undefined) return;
  const expected = first.keys.map(typed);
  for (const { keys } of others) {
    keys.forEach((key, index) => {
      const [wanted = "any", found] = [expected[index], typed(key)];
      if (areComparable(wanted, found)) return;
      context.report("join-key-types", key.span, { first: TYPE_NAMES[wanted], found: TYPE_NAMES[found] });
    });
  }
}
