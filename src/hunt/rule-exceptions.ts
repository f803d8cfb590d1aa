/** Exceptions as hunts know them: which are in force for a rule, and what each means for events. */
import { printExpression } from "../eql/printer.ts";
import type { Expression } from "../eql/ast.ts";
import { type ExceptionItem, type ExceptionList, isExpired } from "../rules/exception.ts";
import type { KqlFields } from "../kql/fields.ts";
import { exceptionToCondition, type KnownLists } from "../rules/exception-condition.ts";
import type { Rule } from "../rules/rule.ts";
import { refersTo } from "../rules/rule-exceptions.ts";
import type { CaseFile } from "../store/case-file.ts";
import {
  addException,
  deleteException,
  knownExceptionItems,
  readExceptions,
  type StoredException,
} from "../store/exceptions.ts";
import type { Actor } from "../store/journal.ts";
import { ValueLists } from "../store/value-lists.ts";
import { Evidence } from "./evidence.ts";
import { kqlFields } from "./prepare-rule.ts";
import { prepareQuery } from "./prepare-query.ts";
import type { TaskException } from "./rule-task.ts";

/** `document` of a stored exception. */
export interface ExceptionDocument {
  /** EQL, what follows `where`: of an item what it says, for people. */
  readonly condition?: string;
  readonly item?: ExceptionItem;
  /** Elastic's list that the item is of, where the export had it. */
  readonly list?: ExceptionList;
}

/** `scope` of a stored exception. */
export interface ExceptionScope {
  /** Ids of rules; of an exception without a list none means all. */
  readonly rules?: readonly string[];
  /** Elastic's list it came from: it holds for the rules that refer to it, and for `rules`. */
  readonly list?: string;
  /** 0-based; null: every stage. */
  readonly stage?: number | null;
}

/** A stored exception, its JSON read. */
export interface KnownException {
  readonly stored: StoredException;
  readonly document: ExceptionDocument;
  readonly scope: ExceptionScope;
}

/** Exceptions that were not taken back, or all that ever were; oldest first. */
export function knownExceptions(file: CaseFile, which: "kept" | "all" = "kept"): KnownException[] {
  return readExceptions(file, which).map((stored) => ({
    stored,
    document: JSON.parse(stored.document) as ExceptionDocument,
    scope: JSON.parse(stored.scope) as ExceptionScope,
  }));
}

export interface ImportedExceptions {
  readonly added: number;
  /** Items that the case had with another content. */
  readonly changed: number;
  /** Items whose list no rule refers to, of those now stored: they do nothing. */
  readonly unused: number;
}

/**
 * Stores the items of exception lists that the case does not have, each for the rules that refer to its list. One that
 * the case has with another content takes its place; one that was taken back stays so.
 */
export function importExceptions(
  file: CaseFile,
  actor: Actor,
  pack: { readonly items: readonly ExceptionItem[]; readonly lists: readonly ExceptionList[] },
  rules: readonly Rule[],
): ImportedExceptions {
  const counts = { added: 0, changed: 0, unused: 0 };
  if (pack.items.length === 0) return counts;
  const known = knownExceptionItems(file);
  const fields = kqlFields(new Evidence(file));
  for (const item of pack.items) {
    const of = rules.filter((rule) => refersTo(rule, item));
    const list = pack.lists.find(({ listId, namespace }) => listId === item.listId && namespace === item.namespace);
    const document: ExceptionDocument = {
      condition: itemText(item, fields),
      item,
      ...(list === undefined ? {} : { list }),
    };
    const before = known.get(item.itemId);
    if (before !== undefined && (before.deleted || isCurrent(JSON.parse(before.document) as ExceptionDocument, item))) {
      continue;
    }
    if (before !== undefined) deleteException(file, actor, before.id);
    const earlier = before === undefined ? [] : ((JSON.parse(before.scope) as ExceptionScope).rules ?? []);
    const scope: ExceptionScope = { rules: [...new Set([...earlier, ...of.map(({ id }) => id)])], list: item.listId };
    addException(
      file,
      actor,
      { itemId: item.itemId, name: item.name, document, scope, expiresAt: item.expireTime },
      [],
    );
    counts[before === undefined ? "added" : "changed"] += 1;
    if (scope.rules?.length === 0) counts.unused += 1;
  }
  return counts;
}

/** The item for people: EQL, but for value lists, which are named. */
function itemText(item: ExceptionItem, fields: KqlFields): string {
  const parts = item.entries.map((entry) => {
    if (entry.type === "list") {
      return `${entry.operator === "excluded" ? "not " : ""}${entry.field} in value list ${entry.list.id}`;
    }
    const { condition } = exceptionToCondition({ ...item, osTypes: [], entries: [entry] }, fields);
    return condition === null ? `(an entry on ${entry.field} that cannot be applied)` : printExpression(condition);
  });
  const { condition } = exceptionToCondition({ ...item, entries: [] }, fields);
  const os = item.osTypes.length === 0 || condition === null ? [] : [printExpression(condition)];
  return [...os, ...parts].join(" and ");
}

/** The same content, wherever it was read; or an exception that was made here and comes back. */
function isCurrent({ item: known }: ExceptionDocument, item: ExceptionItem): boolean {
  return known === undefined || JSON.stringify({ ...known, path: "" }) === JSON.stringify({ ...item, path: "" });
}

/** The exceptions in force at a time; oldest first. */
export function exceptionsInForce(file: CaseFile, now: Date): KnownException[] {
  return knownExceptions(file).filter((known) => !hasExpired(known, now));
}

/** Exceptions by the rule that they hold for. */
export function ruleExceptions(exceptions: readonly KnownException[]): (rule: Rule) => readonly TaskException[] {
  const all = exceptions.map(({ stored, document: { condition = "", item }, scope }) => {
    const { rules = [], stage = null } = scope;
    const exception: TaskException = { id: stored.id, name: stored.name, condition: item ?? condition, stage };
    return { exception, rules, item, everywhere: rules.length === 0 && scope.list === undefined };
  });
  return (rule) =>
    all
      .filter(
        ({ everywhere, rules, item }) =>
          everywhere || rules.includes(rule.id) || (item !== undefined && refersTo(rule, item)),
      )
      .map(({ exception }) => exception);
}

export function hasExpired({ stored, document: { item } }: KnownException, now: Date): boolean {
  if (item !== undefined) return isExpired(item, now.getTime());
  const time = stored.expiresAt === null ? Number.NaN : Date.parse(stored.expiresAt);
  return !Number.isNaN(time) && time <= now.getTime();
}

/** An exception as a condition on events; null, with the reason, when it cannot be applied: then it hides nothing. */
export interface ExceptionMeaning {
  readonly condition: Expression | null;
  readonly remark: string | null;
}

/** What the exceptions of a case mean for its events; each is translated once. */
export class ExceptionMeanings {
  private readonly evidence: Evidence;
  private readonly lists: KnownLists;
  private readonly known = new Map<string, ExceptionMeaning>();

  constructor(file: CaseFile, evidence: Evidence) {
    this.evidence = evidence;
    this.lists = new ValueLists(file);
  }

  of({ condition, name }: Pick<TaskException, "condition" | "name">): ExceptionMeaning {
    const key = typeof condition === "string" ? condition : JSON.stringify([condition.entries, condition.osTypes]);
    let meaning = this.known.get(key);
    if (meaning === undefined) {
      meaning = this.translate(condition);
      this.known.set(key, meaning);
    }
    const { remark } = meaning;
    return remark === null ? meaning : { ...meaning, remark: `exception ${name} cannot be applied: ${remark}` };
  }

  private translate(condition: TaskException["condition"]): ExceptionMeaning {
    if (typeof condition !== "string") {
      const { condition: translated, remarks } = exceptionToCondition(condition, kqlFields(this.evidence), this.lists);
      return { condition: translated, remark: translated === null ? remarks.join("; ") : null };
    }
    const prepared = prepareQuery(`any where ${condition}`, this.evidence);
    if (prepared.ok && prepared.query.base.kind === "eventQuery") {
      return { condition: prepared.query.base.condition, remark: null };
    }
    return { condition: null, remark: prepared.diagnostics[0]?.message ?? "it is no condition" };
  }
}
