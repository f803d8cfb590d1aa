import { Evidence } from "../hunt/evidence.ts";
import { ExceptionMeanings, hasExpired, type KnownException, knownExceptions } from "../hunt/rule-exceptions.ts";
import type { CaseFile } from "../store/case-file.ts";
import { hasRuleWithList } from "../store/rules.ts";
import type { ExceptionView } from "./types.ts";

/** The exceptions of a case, oldest first, and why those that do nothing do nothing. */
export function listExceptions(file: CaseFile, now: Date): ExceptionView[] {
  const meanings = new ExceptionMeanings(file, new Evidence(file));
  return knownExceptions(file).map((known): ExceptionView => {
    const { id, name, analyst, at, expiresAt, hides } = known.stored;
    const { document, scope } = known;
    return {
      ...{ id, name, analyst, at, expiresAt, hides },
      condition: document.condition ?? "",
      rules: scope.rules ?? [],
      stage: scope.stage === null || scope.stage === undefined ? null : scope.stage + 1,
      list: scope.list ?? null,
      osTypes: document.item?.osTypes ?? [],
      comments: (document.item?.comments ?? []).map(({ comment, createdBy, createdAt }) => ({
        ...{ comment, by: createdBy, at: createdAt },
      })),
      idle: idleReason(file, known, meanings, now),
    };
  });
}

function idleReason(file: CaseFile, known: KnownException, meanings: ExceptionMeanings, now: Date): string | null {
  if (hasExpired(known, now)) return "it has expired";
  const { item, condition = "" } = known.document;
  const { remark } = meanings.of({ name: known.stored.name, condition: item ?? condition });
  if (remark !== null) return remark.slice(remark.indexOf(": ") + 2);
  const { list, rules = [] } = known.scope;
  if (list !== undefined && rules.length === 0 && !hasRuleWithList(file, list)) return "it refers to no rule here";
  return null;
}
