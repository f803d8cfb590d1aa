import type { Expression, Pipe } from "./ast.ts";
import { parseOr, type ExpressionContext } from "./parse-expression.ts";
import { suggest } from "./suggest.ts";

const PIPES = ["head", "tail"] as const;
/** Pipes of the language's older dialect. */
const OTHER_PIPES = ["count", "filter", "sort", "unique", "unique_count", "window"];

/** `| head 10 | tail 5`, as many as there are (semantics 10). */
export function parsePipes(context: ExpressionContext): Pipe[] {
  const { cursor } = context;
  const pipes: Pipe[] = [];
  while (cursor.accept("|")) {
    const pipe = parsePipe(context);
    if (pipe !== null) pipes.push(pipe);
    cursor.recover(["|"]);
  }
  return pipes;
}

function parsePipe(context: ExpressionContext): Pipe | null {
  const { cursor } = context;
  const word = cursor.peek();
  if (word.kind !== "identifier") {
    cursor.failExpected("`head` or `tail`");
    return null;
  }
  cursor.take();
  const name = PIPES.find((known) => known === word.text);
  if (name === undefined) {
    if (OTHER_PIPES.includes(word.text)) cursor.fail("pipe-not-supported", word.span, { name: word.text });
    else cursor.fail("unknown-pipe", word.span, { name: word.text, suggestions: suggest(word.text, PIPES) });
    return null;
  }
  const values = parseArguments(context);
  const span = cursor.spanFrom(word.span.start);
  const [value] = values;
  if (value === undefined || values.length !== 1) {
    cursor.remark("pipe-argument-count", span, { name, count: values.length });
    return null;
  }
  const count = value.kind === "literal" && typeof value.value === "bigint" ? Number(value.value) : -1;
  if (!Number.isSafeInteger(count) || count < 0) {
    cursor.remark("pipe-argument-not-integer", value.span, { name });
    return null;
  }
  return { kind: "pipe", name, count, span };
}

function parseArguments(context: ExpressionContext): Expression[] {
  const { cursor } = context;
  const values: Expression[] = [];
  if (cursor.at("|") || cursor.atKind("end")) return values;
  do values.push(parseOr(context));
  while (cursor.accept(","));
  return values;
}
