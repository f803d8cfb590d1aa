import type { Span } from "../eql/ast.ts";

/** One remark on a KQL text or a Kibana filter. `unsupported`: right in Kibana, but not answerable here. */
export interface KqlDiagnostic {
  readonly code: KqlDiagnosticCode;
  readonly severity: "error" | "unsupported" | "warning";
  readonly message: string;
  /** UTF-16 offsets into the query; of a filter, which has no text, 0 and 0. */
  readonly span: Span;
  readonly hint: string | null;
}

interface Entry<P> {
  readonly severity: KqlDiagnostic["severity"];
  readonly message: (parameters: P) => string;
  readonly hint?: string;
}

/** The parameters of every diagnostic; its text is made from nothing else. */
export interface KqlDiagnosticParameters {
  "kql-too-long": { readonly length: number };
  "kql-too-deep": { readonly limit: number };
  "kql-expected": { readonly expected: string; readonly found: string };
  "kql-unterminated-string": Record<never, never>;
  "kql-stray-backslash": { readonly next: string };
  "kql-value-without-field": { readonly value: string };
  "kql-date-math": { readonly field: string; readonly value: string };
  "kql-date-rounding": { readonly field: string; readonly value: string };
  "kql-range-type": { readonly field: string; readonly type: string };
  "kql-value-type": { readonly field: string; readonly type: string; readonly value: string };
  "kql-no-such-field": { readonly pattern: string };
  "kql-too-many-fields": { readonly pattern: string; readonly count: number; readonly limit: number };
  "kql-nested-flattened": { readonly field: string };
  "filter-unsupported": { readonly what: string };
  "value-list-missing": { readonly list: string };
  "value-list-range": { readonly value: string };
  "filter-range-list": { readonly field: string };
}

export type KqlDiagnosticCode = keyof KqlDiagnosticParameters;

const CATALOGUE: { readonly [C in KqlDiagnosticCode]: Entry<KqlDiagnosticParameters[C]> } = {
  "kql-too-long": { severity: "error", message: ({ length }) => `the query has ${length} characters` },
  "kql-too-deep": { severity: "error", message: ({ limit }) => `the query is nested deeper than ${limit} levels` },
  "kql-expected": { severity: "error", message: ({ expected, found }) => `expected ${expected}, found ${found}` },
  "kql-unterminated-string": { severity: "error", message: () => "the string has no closing quote" },
  "kql-stray-backslash": {
    severity: "error",
    message: ({ next }) => `a backslash before ${next} means nothing outside quotes`,
    hint: "write a backslash as \\\\",
  },
  "kql-value-without-field": {
    severity: "unsupported",
    message: ({ value }) => `\`${value}\` is looked for in every field, which is not supported`,
    hint: "name the field: `field: value`",
  },
  "kql-date-math": {
    severity: "unsupported",
    message: ({ field, value }) => `\`${value}\` for ${field} is relative to the current time, which a dump has not`,
  },
  "kql-date-rounding": {
    severity: "unsupported",
    message: ({ field, value }) => `\`${value}\` for ${field} stands for a span of time, not an instant`,
    hint: 'write a whole time, such as "2026-01-31T12:00:00.000Z", or use >= and <',
  },
  "kql-range-type": {
    severity: "unsupported",
    message: ({ field, type }) => `${field} is of type ${type}, which has no ranges here`,
  },
  "kql-value-type": {
    severity: "warning",
    message: ({ field, type, value }) => `\`${value}\` can never be a value of ${field}, which is of type ${type}`,
  },
  "kql-no-such-field": {
    severity: "warning",
    message: ({ pattern }) => `no known field is called ${pattern}: this never matches`,
  },
  "kql-too-many-fields": {
    severity: "unsupported",
    message: ({ pattern, count, limit }) => `${pattern} stands for ${count} fields; at most ${limit} are supported`,
  },
  "kql-nested-flattened": {
    severity: "warning",
    message: ({ field }) => `the conditions on ${field} may be met by different objects of its list`,
  },
  "filter-unsupported": {
    severity: "unsupported",
    message: ({ what }) => `the rule has a filter that is not supported: ${what}`,
  },
  "value-list-missing": {
    severity: "unsupported",
    message: ({ list }) => `the value list ${list} is not here: an export of rules does not hold it`,
  },
  "filter-range-list": {
    severity: "warning",
    message: ({ field }) => `where ${field} is a list, two of its numbers may meet the two bounds of a filter's range`,
  },
  "value-list-range": {
    severity: "warning",
    message: ({ value }) => `\`${value}\` in a value list is no range of addresses`,
  },
};

/** Makes a diagnostic from its code and parameters. */
export function kqlDiagnostic<C extends KqlDiagnosticCode>(
  code: C,
  span: Span,
  parameters: KqlDiagnosticParameters[C],
): KqlDiagnostic {
  const entry = CATALOGUE[code];
  return { code, severity: entry.severity, message: entry.message(parameters), span, hint: entry.hint ?? null };
}
