import { toJson } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import type { ExceptionItem, ExceptionList } from "./exception.ts";

/**
 * Exception lists with their items as Kibana imports them: one JSON object a line, each list before its items, a summary
 * last. An item whose list is not given is written after all lists.
 */
export function printExceptions(lists: readonly ExceptionList[], items: readonly ExceptionItem[]): string {
  return [...printExceptionObjects(lists, items), exceptionSummary(lists, items)]
    .map((object) => `${JSON.stringify(object)}\n`)
    .join("");
}

/** What the last line of an export says of its exceptions. */
export function exceptionSummary(lists: readonly ExceptionList[], items: readonly ExceptionItem[]): JsonObject {
  return {
    exported_exception_list_count: lists.length,
    exported_exception_list_item_count: items.length,
    missing_exception_list_item_count: 0,
    missing_exception_list_items: [],
    missing_exception_lists: [],
    missing_exception_lists_count: 0,
  };
}

/** The lines of lists and items, without a summary. */
export function printExceptionObjects(
  lists: readonly ExceptionList[],
  items: readonly ExceptionItem[],
): readonly JsonObject[] {
  const listIds = new Set(lists.map((list) => list.listId));
  return [
    ...lists.flatMap((list) => [
      toListObject(list),
      ...items.filter((item) => item.listId === list.listId).map(toItemObject),
    ]),
    ...items.filter((item) => !listIds.has(item.listId)).map(toItemObject),
  ];
}

function toListObject(list: ExceptionList): JsonObject {
  return {
    ...list.extra,
    list_id: list.listId,
    name: list.name,
    description: list.description,
    type: list.type,
    namespace_type: list.namespace,
    os_types: list.osTypes,
    tags: list.tags,
  };
}

function toItemObject(item: ExceptionItem): JsonObject {
  return {
    ...item.extra,
    item_id: item.itemId,
    list_id: item.listId,
    name: item.name,
    description: item.description,
    type: "simple",
    namespace_type: item.namespace,
    os_types: item.osTypes,
    tags: item.tags,
    entries: item.entries.map(toJson),
    ...(item.expireTime === null ? {} : { expire_time: item.expireTime }),
    comments: item.comments.map(({ comment, createdBy, createdAt }) => ({
      comment,
      ...(createdBy === null ? {} : { created_by: createdBy }),
      ...(createdAt === null ? {} : { created_at: createdAt }),
    })),
  };
}
