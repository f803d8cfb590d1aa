import type { Expression } from "../eql/ast.ts";
import { allOf, anyOf, exists, not, NO_SPAN, oneOf, pattern } from "../kql/condition.ts";
import { kqlDiagnostic } from "../kql/diagnostics.ts";
import type { KqlFields, Translator } from "../kql/fields.ts";
import { resolveField, toLeaf } from "../kql/leaf.ts";
import { joinLeaves } from "../kql/to-condition.ts";
import { wildcardToEql } from "../kql/wildcard.ts";
import type { ExceptionEntry, ExceptionItem } from "./exception.ts";

/** Values of Elastic's value lists by list id: they are not part of an export. */
export type ValueLists = ReadonlyMap<string, readonly string[]>;

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
  lists: ValueLists = new Map(),
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

function entryCondition(entry: ExceptionEntry, prefix: string, translator: Translator, lists: ValueLists): Expression {
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
  lists: ValueLists,
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
      const values = lists.get(entry.list.id);
      if (values === undefined) translator.tell("value-list-missing", NO_SPAN, { list: entry.list.id });
      return anyValue(name, values ?? [], translator);
    }
  }
}

function anyValue(name: string, values: readonly string[], translator: Translator): Expression {
  const leaves = values.map((value) =>
    toLeaf(name, { parts: [value], quoted: true, span: NO_SPAN }, NO_SPAN, false, translator),
  );
  return anyOf(joinLeaves(leaves));
}
