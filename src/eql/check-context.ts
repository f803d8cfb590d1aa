import type { EventQuery, Expression, Span } from "./ast.ts";
import type { DiagnosticCode, DiagnosticParameters } from "./diagnostics.ts";
import type { Schema } from "./schema.ts";
import type { FieldType, ValueType } from "./types.ts";

/** What the parts of the checker share. */
export interface CheckContext {
  readonly schema: Schema;
  /** Filled by the check. */
  readonly types: Map<Expression, ValueType>;
  /** Filled by the check: fields read and their types. */
  readonly fields: Map<string, FieldType | null>;
  readonly report: <C extends DiagnosticCode>(code: C, span: Span, parameters: DiagnosticParameters[C]) => void;
  readonly checkEventQuery: (query: EventQuery) => void;
  readonly checkExpression: (expression: Expression) => ValueType;
}
