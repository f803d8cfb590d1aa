import type { ExceptionItem } from "./exception.ts";
import type { Rule } from "./rule.ts";

/** Whether a rule refers to the list of an exception item, its own list and shared ones alike. */
export function refersTo(rule: Pick<Rule, "exceptionLists">, item: ExceptionItem): boolean {
  return rule.exceptionLists.some((list) => list.listId === item.listId && list.namespace === item.namespace);
}
