import type { EventQuery, Expression, Field, Pipe, Query, Sample, Sequence, Stage, Until } from "./ast.ts";
import { hasErrors, type Diagnostic } from "./diagnostics.ts";
import { lex } from "./lexer.ts";
import { LIMITS } from "./limits.ts";
import { parseMaxspan } from "./parse-maxspan.ts";
import { parseField, parseOr, type ExpressionContext, type StageNames } from "./parse-expression.ts";
import { parsePipes } from "./parse-pipes.ts";
import { suggest } from "./suggest.ts";
import { checkStructure } from "./structure.ts";
import { TokenCursor } from "./token-cursor.ts";

export interface ParseResult {
  /** Null when any diagnostic is not a warning. */
  readonly query: Query | null;
  /** In order of place; empty for a flawless text. */
  readonly diagnostics: readonly Diagnostic[];
}

const NO_STAGES: StageNames = new Map();

/** Reads a whole query (semantics 1 and 2). Never throws; reports several mistakes at once. Types are not checked here. */
export function parseQuery(text: string): ParseResult {
  const { tokens, diagnostics: lexical } = lex(text);
  const cursor = new TokenCursor(tokens, lexical);
  const query = parseStatement(cursor);
  checkStructure(query, cursor);
  const diagnostics = cursor.report();
  return { query: hasErrors(diagnostics) ? null : query, diagnostics };
}

/** Reads a single expression, as in a condition. Never throws. */
export function parseExpression(text: string): {
  readonly expression: Expression | null;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { tokens, diagnostics: lexical } = lex(text);
  const cursor = new TokenCursor(tokens, lexical);
  const expression = parseOr({ cursor, stages: NO_STAGES, stagesBarred: null, parseEventQuery });
  expectEnd(cursor);
  const diagnostics = cursor.report();
  return { expression: hasErrors(diagnostics) ? null : expression, diagnostics };
}

function parseStatement(cursor: TokenCursor): Query {
  const base = parseBase(cursor);
  cursor.recover(["|"]);
  const pipes: readonly Pipe[] = parsePipes(contextOf(cursor));
  expectEnd(cursor);
  return { kind: "query", base, pipes, span: cursor.spanFrom(base.span.start) };
}

function expectEnd(cursor: TokenCursor): void {
  if (cursor.peek().kind !== "end") cursor.failExpected("the end of the query");
}

function contextOf(cursor: TokenCursor): ExpressionContext {
  return { cursor, stages: NO_STAGES, stagesBarred: null, parseEventQuery };
}

function parseBase(cursor: TokenCursor): EventQuery | Sequence | Sample {
  if (cursor.at("sequence")) return parseSequence(cursor);
  if (cursor.at("sample")) return parseSample(cursor);
  if (cursor.at("join")) {
    cursor.remark("join", cursor.peek().span, {});
    return parseSequence(cursor);
  }
  return parseEventQuery(contextOf(cursor));
}

function parseEventQuery(context: ExpressionContext): EventQuery {
  const { cursor } = context;
  const { start } = cursor.peek().span;
  const category = parseCategory(cursor);
  cursor.recover(["where"]);
  const misspelt = category === null ? [] : suggest(category, ["sequence", "sample", "any"]);
  if (!cursor.at("where") && misspelt.length > 0) cursor.failExpected("`where`", misspelt);
  else cursor.expect("where");
  const condition = parseOr(context);
  return { kind: "eventQuery", category, condition, span: cursor.spanFrom(start) };
}

/** An identifier, a string, or `any` (null). */
function parseCategory(cursor: TokenCursor): string | null {
  const token = cursor.peek();
  if (cursor.accept("any")) return null;
  if (token.kind === "identifier" || token.kind === "string") return cursor.take().value;
  if (token.kind === "quotedIdentifier") {
    cursor.remark("quoted-category", token.span, { name: token.value });
    return cursor.take().value;
  }
  if (token.kind === "keyword" && cursor.at("where", 1)) {
    cursor.remark("keyword-as-name", token.span, { keyword: token.text, as: "category" });
    return cursor.take().value;
  }
  cursor.failExpected("an event category, `any`, `sequence` or `sample`");
  return null;
}

function parseSequence(cursor: TokenCursor): Sequence {
  const { start } = cursor.take().span;
  const by = parseKeys(cursor);
  const maxspanNs = cursor.at("with") ? parseMaxspan(cursor) : null;
  if (cursor.at("by")) cursor.fail("by-after-with", cursor.peek().span, {});
  cursor.recover(["[", "![", "|"]);
  const { stages, names } = parseStages(cursor, "sequence");
  const until = cursor.at("until") ? parseUntil(cursor, names) : null;
  return { kind: "sequence", by, maxspanNs, stages, until, span: cursor.spanFrom(start) };
}

function parseSample(cursor: TokenCursor): Sample {
  const { start } = cursor.take().span;
  const by = parseKeys(cursor);
  if (cursor.at("with")) {
    cursor.fail("not-in-sample", cursor.peek(1).span, { what: "`with maxspan`" });
    cursor.recover(["[", "![", "|"]);
  }
  const { stages } = parseStages(cursor, "sample");
  if (cursor.at("until")) {
    cursor.remark("not-in-sample", cursor.peek().span, { what: "`until`" });
    parseUntil(cursor, NO_STAGES);
  }
  return { kind: "sample", by, stages, span: cursor.spanFrom(start) };
}

/** `by a, ?b`, or nothing. */
function parseKeys(cursor: TokenCursor): Field[] {
  const keys: Field[] = [];
  if (!cursor.accept("by")) return keys;
  do {
    const key = parseField(contextOf(cursor));
    if (key.kind === "field") keys.push(key);
    if (cursor.at("(")) cursor.fail("join-key-not-field", key.span, {});
    cursor.recover([",", "[", "![", "|", "with", "until"]);
  } while (cursor.accept(","));
  return keys;
}

function parseStages(cursor: TokenCursor, what: "sequence" | "sample"): { stages: Stage[]; names: StageNames } {
  const stages: Stage[] = [];
  const names = new Map<string, number>();
  while (cursor.at("[") || cursor.at("![")) {
    const stage = parseStage(cursor, names, what);
    if (stage.alias !== null) names.set(stage.alias, stages.length);
    stages.push(stage);
    if (cursor.atWord("fork")) cursor.fail("fork", cursor.peek().span, {});
    cursor.recover(["[", "![", "until", "|"]);
  }
  if (stages.length === 0) cursor.failExpected("`[`");
  return { stages, names };
}

function parseStage(cursor: TokenCursor, names: StageNames, what: "sequence" | "sample"): Stage {
  const open = cursor.take();
  const missing = open.text === "![";
  if (missing && what === "sample") cursor.remark("not-in-sample", open.span, { what: "a missing event" });
  const query = parseBracketed(cursor, names, missing ? "missing" : null);
  const keys = parseKeys(cursor);
  const runs = cursor.at("with") ? parseRuns(cursor, what) : 1;
  const alias = cursor.atWord("as") ? parseAlias(cursor, names, missing ? "missing" : runs > 1 ? "runs" : null) : null;
  return { kind: "stage", query, keys, missing, runs, alias, span: cursor.spanFrom(open.span.start) };
}

/** The query and the closing bracket; the opening one is taken. */
function parseBracketed(cursor: TokenCursor, names: StageNames, barred: ExpressionContext["stagesBarred"]): EventQuery {
  const query = parseEventQuery({ cursor, stages: names, stagesBarred: barred, parseEventQuery });
  cursor.expect("]");
  if (cursor.panicking) {
    cursor.recover(["]"]);
    cursor.accept("]");
  }
  return query;
}

function parseRuns(cursor: TokenCursor, what: "sequence" | "sample"): number {
  const { start } = cursor.take().span;
  const word = cursor.peek();
  if (!cursor.atWord("runs")) {
    cursor.fail("unknown-parameter", word.span, { name: word.text, expected: "runs" });
    return 1;
  }
  cursor.take();
  if (!cursor.expect("=")) return 1;
  const number = cursor.peek();
  if (number.kind !== "integer" && number.kind !== "decimal" && !cursor.at("-")) {
    cursor.failExpected("a whole number");
    return 1;
  }
  cursor.take();
  if (what === "sample") cursor.remark("not-in-sample", cursor.spanFrom(start), { what: "`with runs`" });
  const runs = number.kind === "integer" ? Number(number.text) : 0;
  if (runs >= 1 && runs <= LIMITS.maxRuns) return runs;
  cursor.remark("runs-out-of-range", number.span, { runs: number.text });
  return 1;
}

function parseAlias(cursor: TokenCursor, names: StageNames, barred: "missing" | "runs" | null): string | null {
  cursor.take();
  const token = cursor.peek();
  if (token.kind !== "identifier") {
    cursor.failExpected("a name for the stage");
    return null;
  }
  cursor.take();
  if (barred !== null) cursor.remark("alias-not-possible", token.span, { on: barred });
  if (names.has(token.value)) cursor.remark("duplicate-alias", token.span, { alias: token.value });
  return token.value;
}

function parseUntil(cursor: TokenCursor, names: StageNames): Until | null {
  const { start } = cursor.take().span;
  if (!cursor.expect("[")) return null;
  const query = parseBracketed(cursor, names, "until");
  const keys = parseKeys(cursor);
  if (cursor.at("with")) cursor.fail("not-in-until", cursor.peek().span, { what: "`with`" });
  return { kind: "until", query, keys, span: cursor.spanFrom(start) };
}
