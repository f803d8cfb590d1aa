import type { Span } from "../eql/ast.ts";
import { cidrRanges, parseIp } from "../eql/ip-address.ts";
import type { KqlText } from "./ast.ts";
import type { KqlFieldType, KqlFields, Translator } from "./fields.ts";
import { isTextField, phrasePattern, wordPattern, wordsOf } from "./text-field.ts";
import { toWildcard } from "./wildcard.ts";

/** What `field: value` comes to for one field. */
export type Leaf =
  | { readonly kind: "exists"; readonly field: string; readonly span: Span }
  | { readonly kind: "exact"; readonly field: string; readonly value: LeafValue; readonly span: Span }
  | { readonly kind: "folded"; readonly field: string; readonly value: string; readonly span: Span }
  | {
      readonly kind: "like" | "like~" | "regex" | "regex~" | "block";
      readonly field: string;
      readonly text: string;
      readonly span: Span;
    }
  | { readonly kind: "never"; readonly span: Span };

export type LeafValue = string | bigint | number | boolean;

/** Sub-fields of Elasticsearch's mappings that are not in documents, and what they change. */
const SUBFIELD = /^(.+)\.(text|caseless|keyword)$/;

/**
 * The leaf of one field. `lenient`: the name came from a wildcard, so that a value which cannot be one of this field's
 * is nothing to tell of.
 */
export function toLeaf(name: string, value: KqlText, span: Span, lenient: boolean, translator: Translator): Leaf {
  const { field, type } = resolveField(name, translator.fields);
  if (!value.quoted && value.parts.length > 1 && value.parts.every((part) => part === "")) {
    return { kind: "exists", field, span };
  }
  const text = value.parts.join("*");
  const never = (): Leaf => {
    if (!lenient) translator.tell("kql-value-type", value.span, { field, type: type ?? "keyword", value: text });
    return { kind: "never", span };
  };
  switch (type) {
    case "text":
      return toTextLeaf(field, value, span);
    case "caseless":
      return toCaselessLeaf(field, value, span);
    case "long":
    case "double": {
      const number = toNumber(text);
      return number === null ? never() : { kind: "exact", field, value: number, span };
    }
    case "boolean":
      return text === "true" || text === "false" ? { kind: "exact", field, value: text === "true", span } : never();
    case "ip":
      if (parseIp(text) !== null) return { kind: "exact", field, value: text, span };
      return cidrRanges(text) === null || !text.includes("/") ? never() : { kind: "block", field, text, span };
    case "date":
      if (isDateMath(text)) translator.tell("kql-date-math", value.span, { field, value: text });
      else if (!isInstant(text)) translator.tell("kql-date-rounding", value.span, { field, value: text });
      return { kind: "exact", field, value: text, span };
    case "keyword":
    case "version":
    case null:
      return toKeywordLeaf(field, value, span);
  }
}

type ResolvedType = KqlFieldType | "caseless" | null;

/** The field of the document that a name is about: a sub-field of the mapping is its parent, seen another way. */
export function resolveField(name: string, fields: KqlFields): { readonly field: string; readonly type: ResolvedType } {
  const type = fields.typeOf(name);
  if (isTextField(name)) return { field: name, type: "text" };
  const [, base, view] = SUBFIELD.exec(name) ?? [];
  if (type !== null || base === undefined || fields.typeOf(base) === null) return { field: name, type };
  if (view === "keyword") return { field: base, type: "keyword" };
  return { field: base, type: view === "text" ? "text" : "caseless" };
}

function toKeywordLeaf(field: string, value: KqlText, span: Span): Leaf {
  const { kind, text } = toWildcard(value.parts);
  return kind === "exact" ? { kind, field, value: text, span } : { kind, field, text, span };
}

function toCaselessLeaf(field: string, value: KqlText, span: Span): Leaf {
  const { kind, text } = toWildcard(value.parts);
  return kind === "exact" ? { kind: "folded", field, value: text, span } : { kind: `${kind}~`, field, text, span };
}

/** In quotes all words in their order; bare any of the words; with wildcards a word that fits. */
function toTextLeaf(field: string, value: KqlText, span: Span): Leaf {
  if (value.parts.length > 1) return { kind: "regex~", field, text: wordPattern(value.parts), span };
  const words = wordsOf(value.parts[0] ?? "");
  if (words.length === 0) return { kind: "never", span };
  const text = value.quoted ? phrasePattern(words) : words.map((word) => phrasePattern([word])).join("|");
  return { kind: "regex~", field, text, span };
}

/** An integer within int64 as a bigint, another number as a number, else null. */
export function toNumber(text: string): bigint | number | null {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return null;
  if (!/^[+-]?\d+$/.test(text)) return Number(text);
  const integer = BigInt(text.replace("+", ""));
  return integer === BigInt.asIntN(64, integer) ? integer : Number(text);
}

/** `now-1d`, `2026-01-01||+1M`. */
export function isDateMath(text: string): boolean {
  return /^now\b|\|\|/.test(text);
}

/** A time to the millisecond or as epoch milliseconds: what is less exact stands for a span. */
export function isInstant(text: string): boolean {
  return /^-?\d{5,}$/.test(text) || /T\d{2}:?\d{2}:?\d{2}[.,]\d{3,9}/.test(text);
}
