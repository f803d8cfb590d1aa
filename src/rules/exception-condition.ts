import type { Expression } from "../eql/ast.ts";
import { toBlocks } from "./ip-blocks.ts";
import { allOf, anyOf, exists, inBlocks, literal, not, NO_SPAN, oneOf, pattern } from "../kql/condition.ts";
import { kqlDiagnostic } from "../kql/diagnostics.ts";
import type { KqlFields, Translator } from "../kql/fields.ts";
import { resolveField, toLeaf } from "../kql/leaf.ts";
import { joinLeaves } from "../kql/to-condition.ts";
import { wildcardToEql } from "../kql/wildcard.ts";
import type { ExceptionEntry, ExceptionItem } from "./exception.ts";

/** Elastic's value lists by list id: they are not part of an export of rules. */
export interface KnownLists {
  get(id: string): { readonly type: string; readonly values: readonly string[] } | undefined;
}

export interface ExceptionTranslation {
  /** null when the item cannot be applied: then it must hide nothing, and `remarks` say why. */
  readonly condition: Expression | null;
  /** Sentences for the user. */
  readonly remarks: readonly string[];
}

/**
 * The events an exception item stands for, as an EQL condition: all its entries, and its operating systems. Values mean
 * what the field's type makes of them, as in KQL. An entry on a missing field holds only when it is excluded, as under
 * `not` (semantics 4). A nested entry is taken on the flattened object: with several objects in one event its members
 * may come from different ones.
 */
export function exceptionToCondition(
  item: ExceptionItem,
  fields: KqlFields,
  lists: KnownLists = new Map(),
): ExceptionTranslation {
  const remarks: string[] = [];
  let unsupported = false;
  const translator: Translator = {
    fields,
    tell: (code, span, parameters) => {
      const { severity, message } = kqlDiagnostic(code, span, parameters);
      if (severity !== "warning") unsupported = true;
      remarks.push(message);
    },
  };
  const os = item.osTypes.length === 0 ? [] : [oneOf("host.os.type", item.osTypes, true)];
  const entries = item.entries.map((entry) => entryCondition(entry, "", translator, lists));
  const condition = allOf([...os, ...entries]);
  return { condition: unsupported ? null : condition, remarks };
}

function entryCondition(entry: ExceptionEntry, prefix: string, translator: Translator, lists: KnownLists): Expression {
  if (entry.type === "nested") {
    return allOf(entry.entries.map((inner) => entryCondition(inner, `${prefix}${entry.field}.`, translator, lists)));
  }
  const condition = includedCondition(entry, prefix + entry.field, translator, lists);
  return entry.operator === "included" ? condition : not(condition);
}

function includedCondition(
  entry: Exclude<ExceptionEntry, { readonly type: "nested" }>,
  name: string,
  translator: Translator,
  lists: KnownLists,
): Expression {
  switch (entry.type) {
    case "exists":
      return exists(resolveField(name, translator.fields).field);
    case "match":
      return anyValue(name, [entry.value], translator);
    case "match_any":
      return anyValue(name, entry.value, translator);
    case "wildcard": {
      const { field, type } = resolveField(name, translator.fields);
      const eql = wildcardToEql(entry.value);
      return pattern(field, type === "caseless" ? `${eql.kind}~` : eql.kind, [eql.text]);
    }
    case "list": {
      const list = lists.get(entry.list.id);
      if (list === undefined) translator.tell("value-list-missing", NO_SPAN, { list: entry.list.id });
      return list === undefined ? literal(false) : inList(name, list, translator);
    }
  }
}

/** A list of ranges holds blocks, `first-last` and single addresses, whatever type the field has. */
function inList(name: string, list: NonNullable<ReturnType<KnownLists["get"]>>, translator: Translator): Expression {
  if (list.type !== "ip_range") return anyValue(name, list.values, translator);
  const blocks = list.values.map((text) => ({ text, blocks: toBlocks(text) }));
  for (const { text, blocks: found } of blocks) {
    if (found === null) translator.tell("value-list-range", NO_SPAN, { value: text });
  }
  const known = blocks.flatMap((each) => each.blocks ?? []);
  return known.length === 0 ? literal(false) : inBlocks(resolveField(name, translator.fields).field, known);
}

function anyValue(name: string, values: readonly string[], translator: Translator): Expression {
  const leaves = values.map((value) =>
    toLeaf(name, { parts: [value], quoted: true, span: NO_SPAN }, NO_SPAN, false, translator),
  );
  return anyOf(joinLeaves(leaves));
}
