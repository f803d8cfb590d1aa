import type { Query } from "../eql/ast.ts";
import type { Engine } from "../hunt/engine.ts";
import { eventQueryOf, fieldsOfQuery, prepareQuery } from "../hunt/prepare-query.ts";
import { kqlFields } from "../hunt/prepare-rule.ts";
import { explainMatch } from "../hunt/why.ts";
import { ruleCondition, unsupportedReason } from "../rules/rule-condition.ts";
import { readFindingEvents, readFinding } from "../store/finding-rows.ts";
import { readRule } from "../store/rules.ts";
import { storedRule } from "./rule-view.ts";
import type { MatchedLeaf } from "./types.ts";

/** Says why the events of findings matched. One for many findings: it keeps the queries of their rules. */
export class FindingExplainer {
  readonly #engine: Engine;
  readonly #queries = new Map<number, Query | null>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * The leaves of the rule's condition that held, per event by position; empty for a missing event, and throughout where
   * the rule cannot be asked of this case.
   */
  explain(finding: number): MatchedLeaf[][] {
    const { file } = this.#engine;
    const events = readFindingEvents(file, [finding]).get(finding) ?? [];
    const query = this.#queryOf(readFinding(file, finding)?.rule ?? 0);
    if (query === null) return events.map(() => []);
    const held =
      query.base.kind === "eventQuery"
        ? events.map((event) => explainMatch(this.#engine, query, { events: [event], keys: [] })[0] ?? [])
        : explainMatch(this.#engine, query, { events, keys: [] });
    return events.map((_event, index) =>
      (held[index] ?? []).map(({ text, fields, values }) => ({ text, field: fields[0] ?? null, values })),
    );
  }

  /** Fields the rule of a finding reads that have no storage yet. */
  missingFields(finding: number): string[] {
    const query = this.#parse(readFinding(this.#engine.file, finding)?.rule ?? 0);
    return query === null ? [] : this.#engine.evidence.withoutStorage(fieldsOfQuery(query));
  }

  #queryOf(row: number): Query | null {
    const known = this.#queries.get(row);
    if (known !== undefined) return known;
    const query = this.#parse(row);
    const usable = query !== null && this.#engine.evidence.withoutStorage(fieldsOfQuery(query)).length === 0;
    this.#queries.set(row, usable ? query : null);
    return usable ? query : null;
  }

  #parse(row: number): Query | null {
    const stored = readRule(this.#engine.file, row);
    if (stored === null) return null;
    const rule = storedRule(stored);
    if (unsupportedReason(rule) !== null) return null;
    if (rule.language === "eql") {
      const prepared = prepareQuery(rule.query ?? "", this.#engine.evidence);
      return prepared.ok ? prepared.query : null;
    }
    const { condition } = ruleCondition(rule, kqlFields(this.#engine.evidence));
    return condition === null ? null : eventQueryOf(condition);
  }
}
