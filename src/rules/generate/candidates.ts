import type { Expression, Literal } from "../../eql/ast.ts";
import { cidrRanges } from "../../eql/ip-address.ts";
import type { FieldType } from "../../eql/types.ts";
import type { Value } from "../../eql/values.ts";
import { walk } from "../../eql/walk.ts";
import { convert } from "./made-event.ts";
import { sampleRegex } from "./regex-sample.ts";

/** A value of each type for a field of which nothing is asked but to be there. */
const ORDINARY: Readonly<Record<FieldType, Value>> = {
  keyword: "eqlite-x",
  long: 7n,
  double: 7.5,
  boolean: true,
  date: { kind: "date", ns: 1_700_000_000_000_000_000n },
  ip: { kind: "ip", bytes: Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4]) },
  version: { kind: "version", text: "1.2.3" },
};

/** An ordinary value of that type; text where the type is not known. */
export function ordinary(type: FieldType | null): Value {
  return ORDINARY[type ?? "keyword"];
}

const LONGEST = 40_000;

/**
 * Values worth trying for a field of a leaf, likely ones first: made from the constants in the leaf, by what its
 * operators and functions may want. They are tried, not trusted: each goes through the evaluator.
 */
export function candidateValues(leaf: Expression, type: FieldType | null): readonly Value[] {
  const raw: Value[] = [];
  let wantsLength = false;
  let wantsPieces = false;
  walk(leaf, (node) => {
    if (node.kind === "literal") raw.push(...ofLiteral(node));
    else if (node.kind === "pattern") raw.push(...node.patterns.flatMap((each) => ofPattern(each, node.operator)));
    else if (node.kind === "call" && node.name === "cidrMatch") raw.push(...node.arguments.flatMap(ofBlock));
    else if (node.kind === "call" && node.name === "concat") wantsPieces = true;
    else if (node.kind === "call" && (node.name === "length" || node.name === "indexOf")) wantsLength = true;
  });
  if (wantsLength) raw.push(...raw.flatMap(ofLength));
  if (wantsPieces) raw.push(...raw.flatMap((value) => (typeof value === "string" ? value.split(/\b/) : [])));
  const distinct = new Map<string, Value>();
  for (const value of [...raw, ordinary(type), true, false, 0n, 1n]) {
    const converted = convert(value, type);
    if (converted !== null) distinct.set(keyOf(converted), converted);
  }
  return [...distinct.values()];
}

function keyOf(value: Value): string {
  if (typeof value !== "object") return `${typeof value} ${value}`;
  return value.kind === "ip" ? `ip ${value.bytes.join()}` : value.kind === "date" ? `date ${value.ns}` : value.text;
}

function ofLiteral({ value }: Literal): readonly Value[] {
  if (value === null) return [];
  if (typeof value === "bigint") return [value, value + 1n, value - 1n, Number(value) + 0.5, value * 2n, String(value)];
  if (typeof value === "number") return [value, value + 0.5, value - 0.5, Math.ceil(value) + 1, Math.floor(value) - 1];
  if (typeof value === "boolean") return [value];
  const numbers = /^-?\d{1,18}$/.test(value) ? [BigInt(value), BigInt(value) + 1n, BigInt(value) - 1n] : [];
  return [
    value,
    ...numbers,
    `${value}x`,
    `x${value}`,
    `x${value}x`,
    `xxxxx${value}`,
    `${value}.`,
    `${value} x ${value}`,
  ];
}

function ofPattern({ value }: Literal, operator: string): readonly Value[] {
  if (typeof value !== "string") return [];
  if (operator.startsWith("regex")) return sampleRegex(value);
  const filled = (star: string): string => value.replaceAll("?", "x").replaceAll("*", star);
  return [filled(""), filled("x"), filled("x y/z")];
}

/** The first addresses of a block, its last, and those beside it. */
function ofBlock(block: Expression): readonly Value[] {
  if (block.kind !== "literal" || typeof block.value !== "string") return [];
  return (cidrRanges(block.value) ?? []).flatMap(({ first, last }) =>
    [first, next(first), last, next(last)].map((bytes): Value => ({ kind: "ip", bytes })),
  );
}

function next(bytes: Uint8Array): Uint8Array {
  const result = Uint8Array.from(bytes);
  for (let i = result.length - 1; i >= 0; i--) {
    result[i] = ((result[i] ?? 0) + 1) & 0xff;
    if (result[i] !== 0) break;
  }
  return result;
}

function ofLength(value: Value): readonly Value[] {
  const length = typeof value === "bigint" ? Number(value) : value;
  return typeof length === "number" && length >= 0 && length < LONGEST ? ["x".repeat(Math.floor(length))] : [];
}
