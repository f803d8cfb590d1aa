import { isList, isRecord } from "../base/json.ts";
import type { Expression } from "../eql/ast.ts";
import { allOf, anyOf, exists, literal, not, NO_SPAN, pattern } from "./condition.ts";
import { kqlDiagnostic } from "./diagnostics.ts";
import type { KqlDiagnostic } from "./diagnostics.ts";
import type { KqlFields, Translator } from "./fields.ts";
import { resolveField, toLeaf } from "./leaf.ts";
import { joinLeaves, rangeOf } from "./to-condition.ts";
import type { KqlTranslation } from "./to-condition.ts";
import { wildcardToEql } from "./wildcard.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Filters nest in each other and in `bool` queries. */
const MAX_DEPTH = 50;

/**
 * The filters of a Kibana rule as one condition: all that are not disabled must hold. The kinds are those Kibana makes
 * (phrase, phrases, exists, range, combined) and what its advanced editor takes of Elasticsearch's query language:
 * `bool`, `match_phrase`, `match`, `term`, `terms`, `exists`, `range`, `prefix`, `wildcard`, `match_all`, `match_none`.
 */
export function filtersToCondition(filters: readonly unknown[], fields: KqlFields): KqlTranslation {
  const diagnostics: KqlDiagnostic[] = [];
  const translator: Translator = {
    fields,
    tell: (code, span, parameters) => diagnostics.push(kqlDiagnostic(code, span, parameters)),
  };
  const condition = allOf(filters.map((filter) => filterOf(filter, 0, translator)));
  const failed = diagnostics.some((diagnostic) => diagnostic.severity !== "warning");
  return { condition: failed ? null : condition, diagnostics };
}

function filterOf(filter: unknown, depth: number, translator: Translator): Expression {
  if (!isRecord(filter)) return refuse("it is not an object", translator);
  const meta = isRecord(filter["meta"]) ? filter["meta"] : {};
  if (meta["disabled"] === true) return literal(true);
  const condition = bodyOf(filter, meta, depth, translator);
  return meta["negate"] === true ? not(condition) : condition;
}

function bodyOf(filter: Fields, meta: Fields, depth: number, translator: Translator): Expression {
  if (meta["type"] === "combined" && isList(meta["params"])) {
    if (depth > MAX_DEPTH) return refuse("it is nested too deeply", translator);
    const parts = meta["params"].map((part) => filterOf(part, depth + 1, translator));
    return meta["relation"] === "OR" ? anyOf(parts) : allOf(parts);
  }
  const { meta: _meta, $state: _state, query, ...old } = filter;
  return queryOf(isRecord(query) ? query : old, depth, translator);
}

type Translate = (body: unknown, depth: number, translator: Translator) => Expression;

const QUERIES: Readonly<Record<string, Translate>> = {
  bool: boolOf,
  match_phrase: (body, _depth, translator) => phraseOf(body, translator),
  match: (body, _depth, translator) => phraseOf(body, translator),
  term: (body, _depth, translator) => phraseOf(body, translator),
  terms: (body, _depth, translator) => termsOf(body, translator),
  exists: (body, _depth, translator) => existsOf(body, translator),
  range: (body, _depth, translator) => rangesOf(body, translator),
  prefix: (body, _depth, translator) => patternOf("prefix", body, translator),
  wildcard: (body, _depth, translator) => patternOf("wildcard", body, translator),
  match_all: () => literal(true),
  match_none: () => literal(false),
};

/** A query of Elasticsearch's: an object with one key, its kind. */
function queryOf(query: unknown, depth: number, translator: Translator): Expression {
  if (depth > MAX_DEPTH) return refuse("it is nested too deeply", translator);
  const [only, ...more] = isRecord(query) ? Object.entries(query) : [];
  if (only === undefined || more.length > 0) return refuse("its query is not a single object", translator);
  const [kind, body] = only;
  const translate = Object.hasOwn(QUERIES, kind) ? QUERIES[kind] : undefined;
  return translate === undefined
    ? refuse(`a query of kind ${kind}`, translator)
    : translate(body, depth + 1, translator);
}

function boolOf(body: unknown, depth: number, translator: Translator): Expression {
  if (!isRecord(body)) return refuse("a bool query without a body", translator);
  const { must, filter, should, must_not, minimum_should_match, ...rest } = body;
  const unknown = Object.keys(rest).find((key) => key !== "boost" && key !== "_name");
  if (unknown !== undefined) return refuse(`a bool query with ${unknown}`, translator);
  const translated = (clauses: unknown): Expression[] =>
    (clauses === undefined ? [] : isList(clauses) ? clauses : [clauses]).map((each) =>
      queryOf(each, depth, translator),
    );
  const all = [...translated(must), ...translated(filter)];
  const some = translated(should);
  const least = minimum_should_match ?? (all.length === 0 && some.length > 0 ? 1 : 0);
  if (!(least === 0 || least === 1 || least === "1" || least === some.length)) {
    return refuse("a bool query with minimum_should_match", translator);
  }
  const wanted = least === 0 ? [] : least === some.length ? some : [anyOf(some)];
  return allOf([...all, ...wanted, ...translated(must_not).map((each) => not(each))]);
}

/** `{ field: value }` or `{ field: { query | value: value } }`. */
function phraseOf(body: unknown, translator: Translator): Expression {
  const single = singleField(body);
  if (single === null) return refuse("a phrase without a field", translator);
  const [name, given] = single;
  const value = isRecord(given) ? (given["query"] ?? given["value"]) : given;
  if (isRecord(given) && (given["case_insensitive"] === true || given["operator"] !== undefined)) {
    return refuse("a phrase with options", translator);
  }
  return valuesOf(name, [value], translator);
}

function termsOf(body: unknown, translator: Translator): Expression {
  const single = singleField(body);
  if (single === null || !isList(single[1])) return refuse("terms that are not listed", translator);
  return valuesOf(single[0], single[1], translator);
}

function valuesOf(name: string, values: readonly unknown[], translator: Translator): Expression {
  const texts = values.map(textOf);
  if (!texts.every((text) => text !== null)) return refuse(`a value for ${name} that is no text`, translator);
  const leaves = texts.map((text) =>
    toLeaf(name, { parts: [text], quoted: true, span: NO_SPAN }, NO_SPAN, false, translator),
  );
  return anyOf(joinLeaves(leaves));
}

function existsOf(body: unknown, translator: Translator): Expression {
  const name = isRecord(body) ? body["field"] : undefined;
  return typeof name === "string"
    ? exists(resolveField(name, translator.fields).field)
    : refuse("exists without a field", translator);
}

const RANGE_OPERATORS = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;

function rangesOf(body: unknown, translator: Translator): Expression {
  const single = singleField(body);
  if (single === null || !isRecord(single[1])) return refuse("a range without a field", translator);
  const [name, bounds] = single;
  const parts: Expression[] = [];
  for (const [key, bound] of Object.entries(bounds)) {
    if (key === "format" || key === "boost" || bound === null) continue;
    const operator = Object.entries(RANGE_OPERATORS).find(([candidate]) => candidate === key)?.[1];
    const text = textOf(bound);
    if (operator === undefined || text === null) return refuse(`a range with ${key}`, translator);
    const value = { parts: [text], quoted: true, span: NO_SPAN };
    parts.push(rangeOf(name, { operator, value, span: NO_SPAN, field: { ...value, parts: [name] } }, translator));
  }
  const type = translator.fields.typeOf(name);
  if (parts.length > 1 && (type === "long" || type === "double")) {
    translator.tell("filter-range-list", NO_SPAN, { field: name });
  }
  return allOf(parts);
}

function patternOf(kind: "prefix" | "wildcard", body: unknown, translator: Translator): Expression {
  const single = singleField(body);
  if (single === null) return refuse(`a ${kind} without a field`, translator);
  const [name, given] = single;
  const value = isRecord(given) ? (given["value"] ?? given["wildcard"] ?? given["prefix"]) : given;
  if (typeof value !== "string") return refuse(`a ${kind} without a text`, translator);
  const { field, type } = resolveField(name, translator.fields);
  const folded = type === "caseless" || (isRecord(given) && given["case_insensitive"] === true);
  const written = kind === "prefix" ? `${value.replaceAll(/[\\*?]/g, "\\$&")}*` : value;
  const eql = wildcardToEql(written);
  return pattern(field, folded ? `${eql.kind}~` : eql.kind, [eql.text]);
}

function singleField(body: unknown): readonly [string, unknown] | null {
  const [only, ...more] = isRecord(body) ? Object.entries(body) : [];
  return only === undefined || more.length > 0 ? null : only;
}

function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

function refuse(what: string, translator: Translator): Expression {
  translator.tell("filter-unsupported", NO_SPAN, { what });
  return literal(false);
}
