import type { TokenCursor } from "./token-cursor.ts";

/** Nanoseconds in each unit of a time span, shortest first. */
export const TIME_UNITS_NS = {
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
} as const;

const INT64_MAX = 2n ** 63n - 1n;

function isTimeUnit(text: string): text is keyof typeof TIME_UNITS_NS {
  return Object.hasOwn(TIME_UNITS_NS, text);
}

/** `with maxspan = 30s` in nanoseconds, or null after a mistake. The next token is `with`. */
export function parseMaxspan(cursor: TokenCursor): bigint | null {
  cursor.take();
  const word = cursor.peek();
  if (!cursor.accept("maxspan")) {
    cursor.fail("unknown-parameter", word.span, { name: word.text, expected: "maxspan" });
    return null;
  }
  if (!cursor.expect("=")) return null;
  const number = cursor.peek();
  if (number.kind !== "integer" && number.kind !== "decimal") {
    cursor.failExpected("a time span such as 30s");
    return null;
  }
  cursor.take();
  const unit = cursor.atKind("identifier") ? cursor.take().text : null;
  const span = cursor.spanFrom(number.span.start);
  if (number.kind === "decimal") return refuse(() => cursor.remark("maxspan-decimal", span, { number: number.text }));
  if (unit === null) return refuse(() => cursor.remark("maxspan-without-unit", span, { number: number.text }));
  if (!isTimeUnit(unit)) {
    return refuse(() => cursor.remark("maxspan-unknown-unit", span, { number: number.text, unit }));
  }
  const count = number.text.length < 30 ? BigInt(number.text) : INT64_MAX;
  if (count === 0n) return refuse(() => cursor.remark("maxspan-not-positive", span, { number: number.text }));
  const nanoseconds = count * TIME_UNITS_NS[unit];
  return nanoseconds <= INT64_MAX ? nanoseconds : refuse(() => cursor.remark("maxspan-too-large", span, {}));
}

function refuse(report: () => void): null {
  report();
  return null;
}
