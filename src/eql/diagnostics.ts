import type { Span } from "./ast.ts";
import { LIMITS } from "./limits.ts";
import type { FieldSuggestion } from "./schema.ts";

/** `error`: the query is wrong. `unsupported`: right elsewhere, refused here. `warning`: it runs, look again. */
export type Severity = "error" | "warning" | "unsupported";

/** One remark on a query text. Values, never thrown; rendered by `render-diagnostic.ts`. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  /** How to mend it, or null. */
  readonly hint: string | null;
}

/** The parameters of every diagnostic; its text is made from nothing else. */
export interface DiagnosticParameters {
  // Lexer
  "query-too-long": { readonly length: number };
  "unexpected-character": { readonly text: string };
  "single-quotes": { readonly text: string };
  "old-raw-string": { readonly prefix: string };
  "unterminated-string": { readonly what: string };
  "unterminated-comment": Record<never, never>;
  "invalid-escape": { readonly escape: string };
  "invalid-code-point": { readonly digits: string; readonly why: "length" | "range" | "surrogate" };
  "empty-identifier": Record<never, never>;
  // Parser
  "nesting-too-deep": Record<never, never>;
  "too-many-operators": Record<never, never>;
  expected: { readonly expected: string; readonly found: string; readonly suggestions?: readonly string[] };
  "keyword-as-name": { readonly keyword: string; readonly as: "field" | "category" };
  "quoted-category": { readonly name: string };
  "single-equals": Record<never, never>;
  "chained-comparison": Record<never, never>;
  "pattern-not-constant": { readonly operator: string };
  "array-index": Record<never, never>;
  "unexpected-variable": { readonly name: string };
  "array-search": { readonly name: string };
  relationship: { readonly relation: string };
  "descendant-not-process": { readonly category: string };
  join: Record<never, never>;
  fork: Record<never, never>;
  "join-key-not-field": Record<never, never>;
  "by-after-with": Record<never, never>;
  "unknown-parameter": { readonly name: string; readonly expected: string };
  "maxspan-without-unit": { readonly number: string };
  "maxspan-decimal": { readonly number: string };
  "maxspan-not-positive": { readonly number: string };
  "maxspan-unknown-unit": { readonly number: string; readonly unit: string };
  "maxspan-too-large": Record<never, never>;
  "maxspan-required": Record<never, never>;
  "runs-out-of-range": { readonly runs: string };
  "too-few-stages": { readonly what: "sequence" | "sample"; readonly count: number };
  "too-many-stages": { readonly count: number };
  "only-missing-stages": Record<never, never>;
  "join-key-count": { readonly expected: number; readonly found: number };
  "sample-without-key": Record<never, never>;
  "not-in-sample": { readonly what: string };
  "not-in-until": { readonly what: string };
  "duplicate-alias": { readonly alias: string };
  "alias-not-possible": { readonly on: "missing" | "runs" };
  "stage-field-not-possible": { readonly name: string; readonly where: "missing" | "until" | "descendant" };
  "pipe-not-supported": { readonly name: string };
  "unknown-pipe": { readonly name: string; readonly suggestions: readonly string[] };
  "pipe-argument-count": { readonly name: string; readonly count: number };
  "pipe-argument-not-integer": { readonly name: string };
  // Checker
  "unknown-field": { readonly name: string; readonly suggestions: readonly FieldSuggestion[] };
  "unknown-category": { readonly name: string; readonly suggestions: readonly string[] };
  "unknown-function": {
    readonly name: string;
    readonly replacement: string | null;
    readonly suggestions: readonly string[];
  };
  "no-tilde-variant": { readonly name: string; readonly having: readonly string[] };
  /** `most` null: no upper end. */
  "argument-count": {
    readonly name: string;
    readonly least: number;
    readonly most: number | null;
    readonly found: number;
  };
  /** `position` counts from 1. */
  "argument-type": {
    readonly name: string;
    readonly position: number;
    readonly expected: string;
    readonly found: string;
  };
  "argument-not-constant": { readonly name: string; readonly position: number };
  "invalid-cidr": { readonly block: string };
  "operand-type": { readonly operator: string; readonly found: string };
  "condition-not-boolean": { readonly found: string };
  "pattern-operand": { readonly operator: string; readonly found: string; readonly ip: boolean };
  "pattern-type": { readonly operator: string; readonly found: string };
  "invalid-regex": { readonly reason: string };
  "unsupported-regex": { readonly reason: string };
  "never-equal": { readonly left: string; readonly right: string };
  "join-key-types": { readonly first: string; readonly found: string };
}

export type DiagnosticCode = keyof DiagnosticParameters;

interface Entry<P> {
  readonly severity: Severity;
  readonly message: (parameters: P) => string;
  readonly hint?: (parameters: P) => string | null;
}

/** `did you mean a, b or c?`, or null when there is nothing to suggest. */
export function didYouMean(suggestions: readonly string[] | undefined): string | null {
  if (suggestions === undefined || suggestions.length === 0) return null;
  const quoted = suggestions.map((name) => `\`${name}\``);
  const last = quoted.at(-1) ?? "";
  return quoted.length === 1 ? `did you mean ${last}?` : `did you mean ${quoted.slice(0, -1).join(", ")} or ${last}?`;
}

const CODE_POINT_REASONS = {
  length: "takes two to eight hexadecimal digits",
  range: "is beyond 10FFFF, the last code point of Unicode",
  surrogate: "is a surrogate, not a character",
} as const;

function fieldHint(suggestions: readonly FieldSuggestion[]): string | null {
  const names = didYouMean(suggestions.map(({ name }) => name));
  const counts = suggestions.flatMap(({ name, events }) => (events === null ? [] : [`${name}: ${events}`]));
  return names === null || counts.length === 0 ? names : `${names} (events with it: ${counts.join(", ")})`;
}

const ORDINALS = ["first", "second", "third", "fourth", "fifth"];

function ordinal(position: number): string {
  return ORDINALS[position - 1] ?? `${position}th`;
}

function countText(least: number, most: number | null): string {
  const plural = (most ?? least) === 1 ? "argument" : "arguments";
  if (most === null) return `at least ${least} ${plural}`;
  return least === most ? `exactly ${least} ${plural}` : `${least} to ${most} ${plural}`;
}

const BARRED_PLACES = {
  missing: "a missing event",
  until: "`until`",
  descendant: "`descendant of`",
} as const;

/** Every remark the language front end can make. Messages are complete sentences without a full stop. */
const CATALOGUE: { readonly [C in DiagnosticCode]: Entry<DiagnosticParameters[C]> } = {
  "query-too-long": {
    severity: "error",
    message: ({ length }) => `the query has ${length} characters, more than maxQueryLength (${LIMITS.maxQueryLength})`,
  },
  "unexpected-character": { severity: "error", message: ({ text }) => `unexpected character ${text}` },
  "single-quotes": {
    severity: "error",
    message: () => "a string is written in double quotes, not in single quotes",
    hint: ({ text }) => `write "${text}"`,
  },
  "old-raw-string": {
    severity: "error",
    message: ({ prefix }) => `a raw string is written in three double quotes, not with ${prefix}`,
    hint: () => 'write """like this"""',
  },
  "unterminated-string": { severity: "error", message: ({ what }) => `this ${what} is not closed` },
  "unterminated-comment": {
    severity: "error",
    message: () => "this comment is not closed",
    hint: () => "close it with */",
  },
  "invalid-escape": {
    severity: "error",
    message: ({ escape }) => `\`${escape}\` is no escape sequence`,
    hint: () => 'write a backslash as \\\\, or use a raw string: """..."""',
  },
  "invalid-code-point": {
    severity: "error",
    message: ({ digits, why }) => `the escape \\u{${digits}} ${CODE_POINT_REASONS[why]}`,
  },
  "empty-identifier": { severity: "error", message: () => "a name in back-ticks cannot be empty" },
  "nesting-too-deep": {
    severity: "error",
    message: () => `the query is nested deeper than maxNesting (${LIMITS.maxNesting})`,
  },
  "too-many-operators": {
    severity: "error",
    message: () =>
      `the query has more arithmetic operators than maxArithmeticOperators (${LIMITS.maxArithmeticOperators})`,
  },
  expected: {
    severity: "error",
    message: ({ expected, found }) => `expected ${expected}, found ${found}`,
    hint: ({ suggestions }) => didYouMean(suggestions),
  },
  "keyword-as-name": {
    severity: "error",
    message: ({ keyword, as }) => `\`${keyword}\` is a keyword and cannot name a ${as} unless it is quoted`,
    hint: ({ keyword, as }) => (as === "field" ? `write it in back-ticks: \`${keyword}\`` : `write "${keyword}"`),
  },
  "quoted-category": {
    severity: "error",
    message: () => "an event category is quoted with double quotes, not with back-ticks",
    hint: ({ name }) => `write "${name}"`,
  },
  "single-equals": { severity: "error", message: () => "`=` does not compare", hint: () => "write ==" },
  "chained-comparison": {
    severity: "error",
    message: () => "comparisons cannot be chained",
    hint: () => "join two comparisons with `and`",
  },
  "pattern-not-constant": {
    severity: "error",
    message: ({ operator }) => `the right side of \`${operator}\` is a constant or a list of constants`,
    hint: () => "use == to compare with a field or a function",
  },
  "array-index": {
    severity: "unsupported",
    message: () => "array indexes are not supported: a field is a set of values without order",
    hint: () => "leave the index out; a condition holds if any value fulfils it",
  },
  "unexpected-variable": { severity: "error", message: ({ name }) => `EQL has no variables: \`${name}\`` },
  "array-search": {
    severity: "unsupported",
    message: ({ name }) => `\`${name}\` is not supported: events keep no nested objects to search through`,
  },
  relationship: {
    severity: "unsupported",
    message: ({ relation }) => `the process relationship \`${relation} of\` is not supported`,
    hint: () => "use `descendant of [process where ...]`, or a sequence joined by process.entity_id",
  },
  "descendant-not-process": {
    severity: "unsupported",
    message: ({ category }) => `\`descendant of\` searches processes only, not \`${category}\` events`,
    hint: () => "write `descendant of [process where ...]`",
  },
  join: {
    severity: "unsupported",
    message: () => "`join` is not supported",
    hint: () => "use `sequence by` for ordered events, `sample by` for unordered ones",
  },
  fork: { severity: "unsupported", message: () => "`fork` is not supported: it was removed from the language" },
  "join-key-not-field": { severity: "error", message: () => "a join key is a field, not an expression" },
  "by-after-with": {
    severity: "error",
    message: () => "`by` comes before `with` in a sequence",
    hint: () => "write `sequence by FIELD with maxspan=TIME`",
  },
  "unknown-parameter": {
    severity: "error",
    message: ({ name, expected }) => `unknown parameter \`${name}\` after \`with\`, expected \`${expected}\``,
  },
  "maxspan-without-unit": {
    severity: "error",
    message: ({ number }) => `maxspan=${number} has no time unit`,
    hint: ({ number }) => `write one of ms, s, m, h, d after it, as in ${number}s`,
  },
  "maxspan-decimal": {
    severity: "error",
    message: ({ number }) => `maxspan takes a whole number, not ${number}`,
    hint: () => "use a smaller unit",
  },
  "maxspan-not-positive": { severity: "error", message: ({ number }) => `maxspan must be positive, found ${number}` },
  "maxspan-unknown-unit": {
    severity: "error",
    message: ({ unit, number }) => `unknown time unit \`${unit}\` in ${number}${unit}`,
    hint: () => "the units are ms, s, m, h, d",
  },
  "maxspan-too-large": { severity: "error", message: () => "maxspan is longer than 292 years" },
  "maxspan-required": {
    severity: "error",
    message: () => "a sequence with a missing event needs maxspan",
    hint: () => "write `with maxspan=TIME` after the join keys",
  },
  "runs-out-of-range": {
    severity: "error",
    message: ({ runs }) => `runs is a whole number from 1 to ${LIMITS.maxRuns}, found ${runs}`,
  },
  "too-few-stages": {
    severity: "error",
    message: ({ what, count }) => `a ${what} needs at least two event queries, found ${count}`,
  },
  "too-many-stages": {
    severity: "error",
    message: ({ count }) => `${count} stages, runs counted, are more than maxStages (${LIMITS.maxStages})`,
  },
  "only-missing-stages": {
    severity: "error",
    message: () => "a sequence needs at least one event that is not missing",
  },
  "join-key-count": {
    severity: "error",
    message: ({ expected, found }) =>
      `every stage needs the same number of join keys: expected ${expected}, found ${found}`,
  },
  "sample-without-key": {
    severity: "error",
    message: () => "a sample needs at least one join key",
    hint: () => "write `sample by FIELD`",
  },
  "not-in-sample": { severity: "error", message: ({ what }) => `${what} cannot be used in a sample` },
  "not-in-until": { severity: "error", message: ({ what }) => `${what} cannot be used after \`until\`` },
  "duplicate-alias": {
    severity: "error",
    message: ({ alias }) => `the name \`${alias}\` is already given to an earlier stage`,
  },
  "alias-not-possible": {
    severity: "error",
    message: ({ on }) =>
      on === "missing"
        ? "a missing event cannot have a name"
        : "a stage with runs stands for several events and cannot have a name",
  },
  "stage-field-not-possible": {
    severity: "unsupported",
    message: ({ name, where }) => `${BARRED_PLACES[where]} cannot use a field of an earlier stage: \`${name}\``,
  },
  "pipe-not-supported": {
    severity: "unsupported",
    message: ({ name }) => `the pipe \`${name}\` is not supported`,
    hint: () => "the pipes are `head` and `tail`",
  },
  "unknown-pipe": {
    severity: "error",
    message: ({ name }) => `unknown pipe \`${name}\``,
    hint: ({ suggestions }) => didYouMean(suggestions) ?? "the pipes are `head` and `tail`",
  },
  "pipe-argument-count": {
    severity: "error",
    message: ({ name, count }) => `\`${name}\` takes exactly one argument, found ${count}`,
  },
  "pipe-argument-not-integer": {
    severity: "error",
    message: ({ name }) => `\`${name}\` takes a whole number, zero or more`,
  },
  "unknown-field": {
    severity: "warning",
    message: ({ name }) => `unknown field \`${name}\`: it is missing in every event`,
    hint: ({ suggestions }) => fieldHint(suggestions),
  },
  "unknown-category": {
    severity: "warning",
    message: ({ name }) => `unknown event category \`${name}\``,
    hint: ({ suggestions }) => didYouMean(suggestions),
  },
  "unknown-function": {
    severity: "error",
    message: ({ name }) => `unknown function \`${name}\``,
    hint: ({ replacement, suggestions }) => replacement ?? didYouMean(suggestions),
  },
  "no-tilde-variant": {
    severity: "error",
    message: ({ name }) => `\`${name}\` has no case-insensitive variant \`${name}~\``,
    hint: ({ having }) => `those that have one: ${having.join(", ")}`,
  },
  "argument-count": {
    severity: "error",
    message: ({ name, least, most, found }) => `\`${name}\` takes ${countText(least, most)}, found ${found}`,
  },
  "argument-type": {
    severity: "error",
    message: ({ name, position, expected, found }) =>
      `the ${ordinal(position)} argument of \`${name}\` must be ${expected}, found ${found}`,
  },
  "argument-not-constant": {
    severity: "error",
    message: ({ name, position }) => `the ${ordinal(position)} argument of \`${name}\` must be a constant`,
  },
  "invalid-cidr": {
    severity: "error",
    message: ({ block }) => `"${block}" is no block of addresses`,
    hint: () => 'write it like "10.0.0.0/8" or "fe80::/10"',
  },
  "operand-type": {
    severity: "error",
    message: ({ operator, found }) => `\`${operator}\` needs a number, found ${found}`,
  },
  "condition-not-boolean": {
    severity: "error",
    message: ({ found }) => `a condition must be true or false, found ${found}`,
    hint: () => "compare it with something; `!= null` asks whether a field exists",
  },
  "pattern-operand": {
    severity: "error",
    message: ({ operator, found }) => `\`${operator}\` needs a string on its left, found ${found}`,
    hint: ({ ip }) => (ip ? 'use `cidrMatch(field, "10.0.0.0/8")`' : "use ==, in, or convert it with `string()`"),
  },
  "pattern-type": {
    severity: "error",
    message: ({ operator, found }) => `\`${operator}\` takes strings on its right, found ${found}`,
    hint: () => "use == or in",
  },
  "invalid-regex": { severity: "error", message: ({ reason }) => `invalid regular expression: ${reason}` },
  "unsupported-regex": { severity: "unsupported", message: ({ reason }) => `regular expression: ${reason}` },
  "never-equal": {
    severity: "warning",
    message: ({ left, right }) => `the two sides can never be equal: ${left} and ${right}`,
  },
  "join-key-types": {
    severity: "warning",
    message: ({ first, found }) =>
      `join keys of different types never join: ${first} in the first stage, ${found} here`,
  },
};

/** Makes the diagnostic `code` for `span` of the text. */
export function diagnostic<C extends DiagnosticCode>(
  code: C,
  span: Span,
  parameters: DiagnosticParameters[C],
): Diagnostic {
  const entry: Entry<DiagnosticParameters[C]> = CATALOGUE[code];
  return {
    code,
    severity: entry.severity,
    message: entry.message(parameters),
    span,
    hint: entry.hint?.(parameters) ?? null,
  };
}

/** Whether any of them keeps the query from running. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity !== "warning");
}
