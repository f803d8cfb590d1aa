import type { JsonValue } from "../base/json.ts";

/**
 * Elastic's exceptions as plain data: lists, and items that each keep some events from becoming findings. An item holds
 * for an event when all its entries do; a list holds when any of its items does.
 */
export interface ExceptionList {
  readonly listId: string;
  readonly name: string;
  readonly description: string;
  /** `detection`, `rule_default`, `endpoint`, `endpoint_trusted_apps`, ... */
  readonly type: string;
  /** `single`: of one Kibana space; `agnostic`: of all. */
  readonly namespace: Namespace;
  readonly osTypes: readonly string[];
  readonly tags: readonly string[];
  /** As in `Rule.path`. */
  readonly path: string;
  /** Everything else the export says of it. */
  readonly extra: Readonly<Record<string, JsonValue>>;
}

export type Namespace = "single" | "agnostic";

export interface ExceptionItem {
  readonly itemId: string;
  readonly listId: string;
  readonly name: string;
  readonly description: string;
  readonly namespace: Namespace;
  /** Operating systems it is limited to; none: all. */
  readonly osTypes: readonly string[];
  readonly tags: readonly string[];
  /** At least one. */
  readonly entries: readonly ExceptionEntry[];
  /** ISO 8601; from then on the item does nothing. null: never expires. */
  readonly expireTime: string | null;
  readonly comments: readonly ExceptionComment[];
  readonly path: string;
  readonly extra: Readonly<Record<string, JsonValue>>;
}

export interface ExceptionComment {
  readonly comment: string;
  readonly createdBy: string | null;
  readonly createdAt: string | null;
}

export const EXCEPTION_OPERATORS = ["included", "excluded"] as const;
/** `excluded` negates the entry. */
export type ExceptionOperator = (typeof EXCEPTION_OPERATORS)[number];

/** The value is equal, case-sensitively (regardless of case on a `.caseless` sub-field). */
export interface MatchEntry {
  readonly type: "match";
  readonly field: string;
  readonly operator: ExceptionOperator;
  readonly value: string;
}

export interface MatchAnyEntry {
  readonly type: "match_any";
  readonly field: string;
  readonly operator: ExceptionOperator;
  /** At least one. */
  readonly value: readonly string[];
}

/** `*` and `?` with a backslash to take the next character literally. */
export interface WildcardEntry {
  readonly type: "wildcard";
  readonly field: string;
  readonly operator: ExceptionOperator;
  readonly value: string;
}

export interface ExistsEntry {
  readonly type: "exists";
  readonly field: string;
  readonly operator: ExceptionOperator;
}

/** The value is in a value list, whose content is not part of an export. */
export interface ListEntry {
  readonly type: "list";
  readonly field: string;
  readonly operator: ExceptionOperator;
  readonly list: { readonly id: string; readonly type: string };
}

/** Entries on members of the object `field`; their field names are relative to it. */
export interface NestedEntry {
  readonly type: "nested";
  readonly field: string;
  readonly entries: readonly (MatchEntry | MatchAnyEntry | ExistsEntry)[];
}

export type ExceptionEntry = MatchEntry | MatchAnyEntry | WildcardEntry | ExistsEntry | ListEntry | NestedEntry;

/** True when the item has expired at the time `now` (milliseconds since 1970). An unreadable time never expires. */
export function isExpired(item: ExceptionItem, now: number): boolean {
  const time = item.expireTime === null ? Number.NaN : Date.parse(item.expireTime);
  return !Number.isNaN(time) && time <= now;
}
