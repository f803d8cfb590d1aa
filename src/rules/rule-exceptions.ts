import { isExpired } from "./exception.ts";
import type { ExceptionItem } from "./exception.ts";
import type { Rule } from "./rule.ts";

/**
 * The exception items that apply to a rule at the time `now` (milliseconds since 1970): those of the lists it refers to,
 * rule-level and shared alike, in their order, without the expired ones.
 */
export function exceptionsOfRule(rule: Rule, items: readonly ExceptionItem[], now: number): readonly ExceptionItem[] {
  return items.filter(
    (item) =>
      !isExpired(item, now) &&
      rule.exceptionLists.some((list) => list.listId === item.listId && list.namespace === item.namespace),
  );
}
