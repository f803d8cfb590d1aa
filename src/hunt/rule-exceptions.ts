/**
 * Exceptions at hunt time: a match of which some event satisfies an exception is found all the same, and hidden by it.
 */
import { printExpression } from "../eql/printer.ts";
import type { Expression } from "../eql/ast.ts";
import { compileCondition } from "../eql/evaluate.ts";
import { type ExceptionItem, isExpired } from "../rules/exception.ts";
import { exceptionToCondition } from "../rules/exception-condition.ts";
import type { Rule } from "../rules/rule.ts";
import type { CaseFile } from "../store/case-file.ts";
import { addException, knownExceptionItems, readExceptions, type StoredException } from "../store/exceptions.ts";
import type { Actor } from "../store/journal.ts";
import type { EngineContext } from "./engine-context.ts";
import { Evidence } from "./evidence.ts";
import { kqlFields } from "./prepare-rule.ts";
import { prepareQuery } from "./prepare-query.ts";
import { documentOf } from "./residual.ts";
import type { RuleMatch, TaskException } from "./rule-task.ts";

/** `document` and `scope` of a stored exception. */
interface ExceptionDocument {
  readonly condition?: string;
  readonly item?: ExceptionItem;
}
interface ExceptionScope {
  /** Ids of rules; none: all. */
  readonly rules?: readonly string[];
  /** Elastic's list it came from. */
  readonly list?: string;
  readonly stage?: number | null;
}

/**
 * Stores the items of a pack's exception lists that the case does not have, each for the rules that refer to its list.
 * An item that was taken back stays so; one of a list that no rule refers to is left out.
 */
export function importExceptions(
  file: CaseFile,
  actor: Actor,
  items: readonly ExceptionItem[],
  rules: readonly Rule[],
): void {
  if (items.length === 0) return;
  const known = knownExceptionItems(file);
  const fields = kqlFields(new Evidence(file));
  for (const item of items) {
    const of = rules.filter(({ exceptionLists }) => exceptionLists.some(({ listId }) => listId === item.listId));
    if (known.has(item.itemId) || of.length === 0) continue;
    const { condition } = exceptionToCondition(item, fields);
    const document: ExceptionDocument = { condition: condition === null ? "" : printExpression(condition), item };
    const scope: ExceptionScope = { rules: of.map(({ id }) => id), list: item.listId };
    addException(
      file,
      actor,
      { itemId: item.itemId, name: item.name, document, scope, expiresAt: item.expireTime },
      [],
    );
  }
}

/** The exceptions in force at a time, by the rule they hold for. */
export function exceptionsInForce(file: CaseFile, now: Date): (rule: string) => readonly TaskException[] {
  const inForce = readExceptions(file).filter((stored) => !hasExpired(stored, now));
  const all = inForce.map((stored) => {
    const { condition = "", item } = JSON.parse(stored.document) as ExceptionDocument;
    const { rules = [], stage = null } = JSON.parse(stored.scope) as ExceptionScope;
    const exception: TaskException = { id: stored.id, name: stored.name, condition: item ?? condition, stage };
    return { exception, rules };
  });
  return (rule) =>
    all.filter(({ rules }) => rules.length === 0 || rules.includes(rule)).map(({ exception }) => exception);
}

function hasExpired({ expiresAt, document }: StoredException, now: Date): boolean {
  const { item } = JSON.parse(document) as ExceptionDocument;
  if (item !== undefined) return isExpired(item, now.getTime());
  const time = expiresAt === null ? Number.NaN : Date.parse(expiresAt);
  return !Number.isNaN(time) && time <= now.getTime();
}

/** An exception as a condition on events; null, with the reason, when it cannot be applied: then it hides nothing. */
export function exceptionCondition(
  { condition, name }: TaskException,
  evidence: Evidence,
): { readonly condition: Expression | null; readonly remark: string | null } {
  if (typeof condition !== "string") {
    const { condition: translated, remarks } = exceptionToCondition(condition, kqlFields(evidence));
    const remark = translated === null ? `exception ${name} is not applied: ${remarks.join("; ")}` : null;
    return { condition: translated, remark };
  }
  const prepared = prepareQuery(`any where ${condition}`, evidence);
  if (prepared.ok && prepared.query.base.kind === "eventQuery") {
    return { condition: prepared.query.base.condition, remark: null };
  }
  const [problem] = prepared.diagnostics;
  return { condition: null, remark: `exception ${name} is not applied: ${problem?.message ?? "it is no condition"}` };
}

/**
 * Marks the matches that exceptions hide, each with the first that does. Of a sequence one event is enough (that of the
 * exception's stage, where it has one), of a group every kept event must satisfy it.
 */
export function hideMatches(
  engine: EngineContext,
  exceptions: readonly TaskException[],
  matches: readonly RuleMatch[],
): readonly RuleMatch[] {
  const tests = exceptions.flatMap((exception) => {
    const { condition } = exceptionCondition(exception, engine.evidence);
    return condition === null ? [] : [{ ...exception, holds: compileCondition(condition) }];
  });
  if (tests.length === 0) return matches;
  return matches.map((match) => {
    const documents = match.events.map((event) => (event === null ? null : documentOf(engine, event)));
    const hiding = tests.find(({ holds, stage }) => {
      const tested = stage === null ? documents : [documents[stage] ?? null];
      const present = tested.filter((document) => document !== null);
      if (match.groupSize !== undefined) return present.every((document) => holds(document));
      return present.some((document) => holds(document));
    });
    return hiding === undefined ? match : { ...match, suppressedBy: hiding.id };
  });
}
