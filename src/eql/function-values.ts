import { arithmetic } from "./arithmetic.ts";
import { foldAscii } from "../base/fold-ascii.ts";
import type { FunctionName } from "./functions.ts";
import { cidrMatcher, parseIp } from "./ip-address.ts";
import { type Scalar, stringForm, type Value } from "./values.ts";

/** How a `~` function compares: not at all, A-Z only (a plain field with a constant), or as scripts do, all of Unicode. */
export type Folding = "none" | "ascii" | "unicode";

type FunctionBody = (values: readonly Scalar[], folding: Folding) => Scalar;

const FOLDS = {
  none: (text: string): string => text,
  ascii: foldAscii,
  unicode: (text: string): string => text.toLowerCase(),
} as const;

const INT64_MAX = 2n ** 63n - 1n;

/** What each function computes (semantics 9), three-valued. Types are the checker's business: here, text is made of what is no text. */
export const FUNCTION_BODIES: { readonly [N in FunctionName]: FunctionBody } = {
  add: ([a = null, b = null]) => arithmetic("+", a, b),
  subtract: ([a = null, b = null]) => arithmetic("-", a, b),
  multiply: ([a = null, b = null]) => arithmetic("*", a, b),
  divide: ([a = null, b = null]) => arithmetic("/", a, b),
  modulo: ([a = null, b = null]) => arithmetic("%", a, b),
  between: ([source = null, left = null, right = null, greedy = null], folding) =>
    source === null ? null : between(stringForm(source), textOf(left), textOf(right), greedy === true, FOLDS[folding]),
  cidrMatch: (values) => cidrMatch(values),
  concat: (values) => {
    const present = values.filter((value) => value !== null);
    return present.length < values.length ? null : present.map(stringForm).join("");
  },
  endsWith: stringTest((text, part) => text.endsWith(part)),
  startsWith: stringTest((text, part) => text.startsWith(part)),
  stringContains: stringTest((text, part) => part !== "" && text.includes(part)),
  indexOf: ([source = null, part = null, start = null], folding) => {
    if (source === null || part === null) return null;
    const fold = FOLDS[folding];
    const text = fold(stringForm(source));
    const from = Math.max(0, start === null ? 0 : positionOf(start));
    if (!(from <= text.length)) return null;
    const found = text.indexOf(fold(stringForm(part)), from);
    return found < 0 ? null : BigInt(found);
  },
  length: ([text = null]) => (text === null ? null : BigInt(stringForm(text).length)),
  number: ([text = null, base = null]) => (text === null ? null : parseNumber(stringForm(text), base)),
  string: ([value = null]) => (value === null ? null : stringForm(value)),
  substring: ([source = null, start = null, end = null]) => {
    if (source === null || start === null) return source === null ? null : stringForm(source);
    return stringForm(source).slice(positionOf(start), end === null ? undefined : positionOf(end));
  },
};

function stringTest(test: (text: string, part: string) => boolean): FunctionBody {
  return ([source = null, part = null], folding) => {
    if (source === null || part === null) return null;
    const fold = FOLDS[folding];
    return test(fold(stringForm(source)), fold(stringForm(part)));
  };
}

function positionOf(value: Value): number {
  return typeof value === "bigint" || typeof value === "number" ? Number(value) : Number.NaN;
}

function textOf(value: Scalar): string {
  return value === null ? "" : stringForm(value);
}

/** The text between; `""` when either end is not found; the source itself when it or an end is empty (or null). */
function between(source: string, left: string, right: string, greedy: boolean, fold: (text: string) => string): string {
  if (source === "" || left === "" || right === "") return source;
  const text = fold(source);
  const [start, stop] = [fold(left), fold(right)];
  const found = text.indexOf(start);
  if (found < 0) return "";
  const from = found + start.length;
  const to = greedy ? text.lastIndexOf(stop) : text.indexOf(stop, from);
  return to < from ? "" : source.slice(from, to);
}

function cidrMatch([address = null, ...blocks]: readonly Scalar[]): Scalar {
  const present = blocks.filter((block): block is Value => block !== null);
  if (address === null || present.length < blocks.length) return null;
  const bytes = typeof address === "object" && address.kind === "ip" ? address.bytes : parseIp(stringForm(address));
  return bytes === null ? null : cidrMatcher(present.map(stringForm))(bytes);
}

/** Null where the text is no number in that base. */
function parseNumber(source: string, base: Scalar): Scalar {
  const [, sign = "", prefix = "", digits = ""] = /^\s*([+-]?)(0[xX])?(.*?)\s*$/su.exec(source) ?? [];
  const radix = base === null ? (prefix === "" ? 10 : 16) : positionOf(base);
  if (prefix !== "" && radix !== 16) return null;
  if (radix === 10) return parseDecimal(sign, digits);
  const value = parseInteger(digits, radix);
  return value === null ? null : sign === "-" ? -value : value;
}

function parseDecimal(sign: string, digits: string): Scalar {
  if (!/^(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(digits)) return null;
  const integer = /^\d{1,40}$/.test(digits) ? BigInt(sign === "-" ? `-${digits}` : digits) : null;
  if (integer !== null && integer <= INT64_MAX && integer >= -INT64_MAX - 1n) return integer;
  return Number(`${sign}${digits}`);
}

function parseInteger(digits: string, radix: number): bigint | null {
  if (!Number.isInteger(radix) || radix < 2 || radix > 36 || digits === "" || digits.length > 64) return null;
  let value = 0n;
  for (const digit of digits) {
    const number = /^[0-9a-zA-Z]$/.test(digit) ? parseInt(digit, 36) : radix;
    if (number >= radix) return null;
    value = value * BigInt(radix) + BigInt(number);
  }
  return value <= INT64_MAX ? value : null;
}
