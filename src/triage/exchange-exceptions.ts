import type { ExceptionItem, ExceptionList } from "../rules/exception.ts";
import { exceptionEntries } from "../rules/exception-from-eql.ts";
import type { Pack } from "../rules/pack-content.ts";
import type { Rule } from "../rules/rule.ts";
import { type KnownException, knownExceptions } from "../hunt/rule-exceptions.ts";
import type { CaseFile } from "../store/case-file.ts";

/** Exceptions of a case as Kibana has them, and those it could not have. */
export interface ExportableExceptions {
  readonly lists: readonly ExceptionList[];
  readonly items: readonly ExceptionItem[];
  /** Lists made for rules of exceptions that were made here: what the rule has to refer to. */
  readonly listsOfRules: ReadonlyMap<string, readonly ExceptionList[]>;
  /** Sentences on exceptions that are left out. */
  readonly leftOut: readonly string[];
}

/** List of the exceptions that were made here for every rule. */
const SHARED_LIST = "eqlite";

/**
 * All exceptions of a case that were not taken back. Those made here become items: in a list of their own for each rule
 * they are limited to, or in one shared list. What Kibana cannot say is left out, and told: a stage of a sequence, and
 * conditions that entries do not have.
 */
export function exportableExceptions(file: CaseFile): ExportableExceptions {
  const lists = new Map<string, ExceptionList>();
  const items: ExceptionItem[] = [];
  const listsOfRules = new Map<string, ExceptionList[]>();
  const leftOut: string[] = [];
  for (const known of knownExceptions(file)) {
    const { stored, document, scope } = known;
    if (document.item !== undefined) {
      const { item, list = bareList(item) } = document;
      lists.set(`${list.namespace} ${list.listId}`, list);
      items.push(item);
      for (const rule of scope.rules ?? []) refer(rule, list);
      continue;
    }
    const entries = exceptionEntries(document.condition ?? "");
    const stage = scope.stage ?? null;
    if (entries === null || stage !== null) {
      const why =
        stage === null ? "its condition is none of Kibana's" : `it is for stage ${stage + 1} of a sequence alone`;
      leftOut.push(`exception ${stored.id} (${stored.name}) is left out: ${why}`);
      continue;
    }
    const rules = scope.rules ?? [];
    for (const rule of rules.length === 0 ? [null] : rules) {
      const list = ownList(rule);
      lists.set(`${list.namespace} ${list.listId}`, list);
      if (rule !== null) refer(rule, list);
      items.push({
        ...toItem(known, list),
        entries,
        itemId: rules.length < 2 ? stored.itemId : `${stored.itemId}-${rule}`,
      });
    }
  }
  return { lists: [...lists.values()], items, listsOfRules, leftOut };

  function refer(rule: string, list: ExceptionList): void {
    const referred = listsOfRules.get(rule) ?? [];
    if (!referred.some(({ listId, namespace }) => listId === list.listId && namespace === list.namespace)) {
      listsOfRules.set(rule, [...referred, list]);
    }
  }
}

function toItem({ stored }: KnownException, list: ExceptionList): ExceptionItem {
  return {
    itemId: stored.itemId,
    listId: list.listId,
    name: stored.name,
    description: `made by ${stored.analyst} with eqlite`,
    namespace: "single",
    osTypes: [],
    tags: [],
    entries: [],
    expireTime: stored.expiresAt,
    comments: [],
    path: "",
    extra: {},
  };
}

function ownList(rule: string | null): ExceptionList {
  const listId = rule === null ? SHARED_LIST : `${SHARED_LIST}-${rule}`;
  const name = rule === null ? "Exceptions of eqlite" : `Exceptions of eqlite for rule ${rule}`;
  const type = rule === null ? "detection" : "rule_default";
  return { listId, name, description: name, type, namespace: "single", osTypes: [], tags: [], path: "", extra: {} };
}

/** For items that came without their list. */
function bareList({ listId, namespace }: ExceptionItem): ExceptionList {
  return { ...ownList(null), listId, name: listId, description: listId, namespace };
}

/** A pack with the exceptions of a case: its rules refer to the lists that hold for them. */
export function withCaseExceptions(
  pack: Pick<Pack, "rules" | "exceptionLists" | "exceptionItems">,
  file: CaseFile,
): Pick<Pack, "rules" | "exceptionLists" | "exceptionItems"> & Pick<ExportableExceptions, "leftOut"> {
  const { lists, items, listsOfRules, leftOut } = exportableExceptions(file);
  const shared = lists.filter(({ listId }) => listId === SHARED_LIST);
  const rules = pack.rules.map((rule): Rule => {
    const more = [...(listsOfRules.get(rule.id) ?? []), ...shared].filter(
      ({ listId, namespace }) =>
        !rule.exceptionLists.some((ref) => ref.listId === listId && ref.namespace === namespace),
    );
    const refs = more.map(({ listId, namespace, type }) => ({ id: null, listId, namespace, type }));
    return refs.length === 0 ? rule : { ...rule, exceptionLists: [...rule.exceptionLists, ...refs] };
  });
  const isNew = <T>(known: readonly T[], key: (each: T) => string): ((each: T) => boolean) => {
    const keys = new Set(known.map(key));
    return (each) => !keys.has(key(each));
  };
  const newLists = lists.filter(isNew(pack.exceptionLists, ({ listId, namespace }) => `${namespace} ${listId}`));
  const newItems = items.filter(isNew(pack.exceptionItems, ({ itemId }) => itemId));
  return {
    rules,
    exceptionLists: [...pack.exceptionLists, ...newLists],
    exceptionItems: [...pack.exceptionItems, ...newItems],
    leftOut,
  };
}
