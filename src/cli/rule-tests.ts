import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { JsonObject } from "../base/json.ts";
import { catalogueField } from "../ecs/catalogue.ts";
import type { Query } from "../eql/ast.ts";
import { parseQuery } from "../eql/parser.ts";
import { Engine } from "../hunt/engine.ts";
import { Evidence } from "../hunt/evidence.ts";
import { fieldsWithoutTable } from "../hunt/fields-without-table.ts";
import { eventQueryOf } from "../hunt/prepare-query.ts";
import { kqlFields } from "../hunt/prepare-rule.ts";
import { runRule } from "../hunt/run-rule.ts";
import { type RuleTask, toTask } from "../hunt/rule-task.ts";
import { loadEvidence } from "../ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS } from "../ingest/load-types.ts";
import { generateEvents, type GeneratedCase } from "../rules/generate/generate-events.ts";
import { ruleCondition, unsupportedReason } from "../rules/rule-condition.ts";
import type { Rule } from "../rules/rule.ts";
import { openCase } from "../store/case-file.ts";
import { ensureSideTables } from "../store/side-tables.ts";

/** How the made events of a rule came out. */
export interface TestedRule {
  readonly path: string;
  readonly id: string;
  readonly name: string;
  readonly ok: boolean;
  /** Cases that were run: events that must match, and changed ones that must not. */
  readonly matching: number;
  readonly mutants: number;
  readonly failures: readonly {
    readonly case: string;
    readonly expected: string;
    readonly documents: readonly object[];
  }[];
  /** Why there are no cases; null when there are. */
  readonly problem: string | null;
}

/** A case at a time of its own, so that no other is in its window. */
interface PlacedCase {
  readonly made: GeneratedCase;
  readonly from: bigint;
  readonly to: bigint;
}

const DAY_MS = 86_400_000;

/**
 * Makes from each rule in EQL or KQL the smallest events that it must find and mutants that it must not, loads them all into a
 * temporary case and runs the rule over each.
 */
export async function testRules(rules: readonly Rule[]): Promise<TestedRule[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "eqlite-rules-"));
  try {
    const documents: JsonObject[] = [];
    let nextMs = Date.parse("2026-01-01T00:00:00Z");
    const place = (made: GeneratedCase, follows: boolean): PlacedCase => {
      const times = made.documents.map(timeOf);
      const firstMs = Math.min(...times);
      const spanMs = Math.max(...times) - firstMs;
      const startMs = nextMs;
      nextMs += Math.ceil((spanMs + 1) / DAY_MS) * DAY_MS;
      // Ancestors are followed over all times: each case has a host of its own.
      const host: JsonObject = follows ? { "host.id": `host-${documents.length}` } : {};
      for (const document of made.documents) documents.push({ ...shifted(document, startMs - firstMs), ...host });
      return { made, from: BigInt(startMs) * 1_000_000n, to: BigInt(nextMs) * 1_000_000n };
    };
    const plans = rules.map((rule) => {
      const { cases, problem } = casesOf(rule);
      const follows = /\bdescendant\s+of\b/.test(rule.query ?? "");
      return { rule, cases: cases.map((made) => place(made, follows)), problem };
    });
    const casePath = path.join(folder, "rules.case");
    await loadAll(folder, casePath, documents, rules);
    const engine = await Engine.open(casePath);
    try {
      return plans.map(({ rule, cases, problem }) => runCases(engine, rule, cases, problem));
    } finally {
      engine.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of a rule in KQL the condition on its events: also of one that groups them. */
function casesOf(rule: Rule): { cases: readonly GeneratedCase[]; problem: string | null } {
  const unsupported = unsupportedReason(toTask(rule));
  if (unsupported !== null) return { cases: [], problem: unsupported };
  const { query, problem } = rule.type === "eql" ? eqlQuery(rule) : kqlQuery(rule);
  if (query === null) return { cases: [], problem };
  const category = rule.eventCategoryOverride === null ? {} : { categoryField: rule.eventCategoryOverride };
  const made = generateEvents(query, { typeOf: (field) => catalogueField(field)?.type ?? null, ...category });
  return { ...made, cases: made.cases.filter(({ documents }) => documents.length > 0) };
}

interface RuleQuery {
  readonly query: Query | null;
  readonly problem: string;
}

function eqlQuery(rule: Rule): RuleQuery {
  const { query, diagnostics } = parseQuery(rule.query ?? "");
  return { query, problem: diagnostics[0]?.message ?? "the query cannot be read" };
}

function kqlQuery(rule: Rule): RuleQuery {
  const { condition, diagnostics } = ruleCondition(toTask(rule), kqlFields(Evidence.blank()));
  const [first] = diagnostics.filter(({ severity }) => severity !== "warning");
  const problem = first?.message ?? "the query cannot be read";
  return { query: condition === null ? null : eventQueryOf(condition), problem };
}

/** What is tested of a rule: of one that groups events that it finds them, whatever the size of the group. */
function testedTask(rule: Rule): RuleTask {
  const task = toTask(rule);
  return rule.type === "threshold" || rule.type === "new_terms" ? { ...task, type: "query" } : task;
}

async function loadAll(
  folder: string,
  casePath: string,
  documents: readonly JsonObject[],
  rules: readonly Rule[],
): Promise<void> {
  const dump = path.join(folder, "made.ndjson");
  writeFileSync(dump, documents.map((document) => `${JSON.stringify(document)}\n`).join(""));
  const file = await openCase(casePath, "create");
  try {
    await loadEvidence(file, [dump], { ...DEFAULT_LOAD_OPTIONS, keepDuplicates: true });
    ensureSideTables(file, await fieldsWithoutTable(casePath, rules.map(testedTask), null));
  } finally {
    file.close();
  }
}

function runCases(engine: Engine, rule: Rule, cases: readonly PlacedCase[], problem: string | null): TestedRule {
  const failures = cases.flatMap(({ made, from, to }) => {
    const run = runRule(engine, testedTask(rule), { from, to, respectIndex: false, maxFindings: 1 });
    const good =
      made.expected === "match" ? run.outcome === "hit" : run.matches.length === 0 && run.outcome !== "error";
    return good ? [] : [{ case: made.name, expected: made.expected, documents: made.documents }];
  });
  const matching = cases.filter(({ made }) => made.expected === "match").length;
  return {
    ...{ path: rule.path, id: rule.id, name: rule.name, ok: failures.length === 0 && problem === null },
    ...{ matching, mutants: cases.length - matching, failures, problem },
  };
}

function timeOf(document: JsonObject): number {
  const stamp = document["@timestamp"];
  const time = typeof stamp === "string" ? Date.parse(stamp) : Number.NaN;
  return Number.isNaN(time) ? 0 : time;
}

function shifted(document: JsonObject, byMs: number): JsonObject {
  if (typeof document["@timestamp"] !== "string") return document;
  return { ...document, "@timestamp": new Date(timeOf(document) + byMs).toISOString() };
}
