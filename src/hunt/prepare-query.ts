import type { EventQuery, Node, Query } from "../eql/ast.ts";
import { checkQuery } from "../eql/checker.ts";
import { type Diagnostic, hasErrors } from "../eql/diagnostics.ts";
import { foldQuery } from "../eql/fold-constants.ts";
import { parseQuery } from "../eql/parser.ts";
import { bindUnmapped } from "../eql/unmapped.ts";
import { walk } from "../eql/walk.ts";
import type { Plan } from "../plan/plan.ts";
import { planQuery } from "../plan/plan-query.ts";
import type { Evidence } from "./evidence.ts";
import { evidenceSchema } from "./evidence-schema.ts";

/** A query that can run, or why it cannot; with the remarks on its text either way. */
export type PreparedQuery =
  | { readonly ok: true; readonly query: Query; readonly plan: Plan; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export interface PrepareOptions {
  /**
   * Whether an index would map the field; `?field` is null where it says no (SEMANTICS 7). Left out, every field is
   * mapped, as the rules expect.
   */
  readonly isMapped?: (field: string) => boolean;
}

/** Parses, checks and plans an EQL text against a case. */
export function prepareQuery(text: string, evidence: Evidence, options: PrepareOptions = {}): PreparedQuery {
  const { query: parsed, diagnostics: syntax } = parseQuery(text);
  const query =
    parsed === null || options.isMapped === undefined ? parsed : bindUnmappedFields(parsed, options.isMapped);
  if (query === null) return { ok: false, diagnostics: syntax };
  const { checked, diagnostics: remarks } = checkQuery(query, evidenceSchema(evidence));
  const diagnostics = [...syntax, ...remarks].sort((a, b) => a.span.start - b.span.start);
  if (checked === null || hasErrors(syntax)) return { ok: false, diagnostics };
  return { ok: true, query, plan: planQuery(foldQuery(query), evidence), diagnostics };
}

function bindUnmappedFields(query: Query, isMapped: (field: string) => boolean): Query {
  const bind = (event: EventQuery): EventQuery => ({ ...event, condition: bindUnmapped(event.condition, isMapped) });
  const { base } = query;
  if (base.kind === "eventQuery") return { ...query, base: bind(base) };
  const stages = base.stages.map((stage) => ({ ...stage, query: bind(stage.query) }));
  if (base.kind === "sample") return { ...query, base: { ...base, stages } };
  const until = base.until === null ? null : { ...base.until, query: bind(base.until.query) };
  return { ...query, base: { ...base, stages, until } };
}

/** A bare condition over all events, as the plan of an event query. */
export function eventQueryOf(condition: EventQuery["condition"]): Query {
  const { span } = condition;
  return { kind: "query", base: { kind: "eventQuery", category: null, condition, span }, pipes: [], span };
}

/** Every field a query reads: conditions, keys, and those of earlier stages. */
export function fieldsOfQuery(query: Node): Set<string> {
  const paths = new Set<string>();
  walk(query, (node) => {
    if (node.kind === "field" || node.kind === "stageField") paths.add(node.name);
  });
  return paths;
}
