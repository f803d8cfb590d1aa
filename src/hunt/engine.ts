import type { EventQuery, Expression } from "../eql/ast.ts";
import type { Condition, Leaf, Plan, StagePlan } from "../plan/plan.ts";
import { planStage } from "../plan/plan-query.ts";
import { compileAny, compileCount, compileEventQuery, type TimeWindow } from "../sql/compile-stage.ts";
import type { CompiledStatement } from "../sql/fragments.ts";
import type { Resolved } from "../sql/resolved.ts";
import { type CaseFile, openCase } from "../store/case-file.ts";
import type { SeenEvidence } from "../store/seen-evidence.ts";
import { readFieldValues } from "../store/event-values.ts";
import { ValueReader } from "../store/value-reader.ts";
import { ValueSets } from "../store/value-sets.ts";
import { findDescendants } from "./descendants.ts";
import type { EngineContext } from "./engine-context.ts";
import { applyPipes, type EngineResult, type RunOptions } from "./engine-result.ts";
import { DictionaryLeaves, type LeafRecord } from "./dictionary-leaves.ts";
import { EventCounts } from "./event-counts.ts";
import { Evidence } from "./evidence.ts";
import { LeafFunctions } from "./leaf-functions.ts";
import { type ResolveContext, resolveCondition } from "./resolve.ts";
import { ExceptionMeanings } from "./rule-exceptions.ts";
import { runSamplePlan } from "./run-sample.ts";
import { runSequencePlan } from "./run-sequence.ts";

export const WHOLE_TIME: TimeWindow = { from: null, to: null };

/**
 * Runs plans over a case. Leaves are evaluated once and shared by everything one engine runs, so a hunt uses one engine
 * for all its rules.
 */
export class Engine implements EngineContext {
  readonly file: CaseFile;
  readonly evidence: Evidence;
  readonly values: ValueReader;
  /** What the exceptions of the case mean for its events. */
  readonly exceptions: ExceptionMeanings;
  private readonly second: CaseFile;
  private readonly sets: ValueSets;
  private readonly leaves: DictionaryLeaves;
  private readonly context: ResolveContext;

  private constructor(file: CaseFile, second: CaseFile, evidence: Evidence) {
    this.file = file;
    this.second = second;
    this.evidence = evidence;
    this.values = new ValueReader(second);
    this.exceptions = new ExceptionMeanings(second, evidence);
    this.sets = new ValueSets(file);
    this.leaves = new DictionaryLeaves(this.sets);
    this.context = {
      storageOf: (path) => this.evidence.storageOf(path),
      leaves: this.leaves,
      counts: new EventCounts(file),
      functions: new LeafFunctions(file, this.values),
      descendants: (leaf) => this.descendants(leaf),
    };
  }

  /**
   * Opens a case for reading.
   * @param seen the evidence that is looked at; null: all that the case holds
   */
  static async open(path: string, seen: SeenEvidence | null = null): Promise<Engine> {
    const file = await openCase(path, "read");
    const second = await openCase(path, "read");
    return new Engine(file, second, new Evidence(file, seen));
  }

  /** All answers, in order (SEMANTICS 10), after the pipes. */
  run(plan: Plan, options: RunOptions = {}): EngineResult {
    const window = options.window ?? WHOLE_TIME;
    switch (plan.kind) {
      case "event":
        return this.runEvents(plan, window);
      case "sequence":
        return runSequencePlan(this, plan, window, options.sequences ?? "state-machine");
      case "sample":
        return runSamplePlan(this, plan, window, options.maxSamplesPerKey ?? 1);
    }
  }

  /** The condition of a stage with its leaves resolved against this case. */
  resolve(stage: StagePlan): Resolved {
    return resolveCondition(stage.condition, this.context);
  }

  /** A condition of this case's fields, planned. */
  planCondition(expression: Expression): Condition {
    return planStage(
      { kind: "eventQuery", category: null, condition: expression, span: expression.span },
      [],
      this.evidence,
    ).condition;
  }

  /** How many events satisfy a condition. */
  count(condition: Condition, window: TimeWindow = WHOLE_TIME): number {
    const resolved = resolveCondition(condition, this.context);
    if (resolved.kind === "constant") return resolved.value ? this.evidence.totalEvents : 0;
    return Number(this.file.rows(compileCount(resolved, window, this.evidence.scope))[0]?.[0] ?? 0n);
  }

  /** Whether any event satisfies a condition. */
  any(condition: Expression): boolean {
    const resolved = resolveCondition(this.planCondition(condition), this.context);
    if (resolved.kind === "constant") return resolved.value && this.evidence.totalEvents > 0;
    return this.file.rows(compileAny(resolved, this.evidence.scope))[0]?.[0] === 1n;
  }

  /** How many events are of a category. */
  countCategory(category: string): number {
    const span = { start: 0, end: 0 };
    const query: EventQuery = { kind: "eventQuery", category, condition: { kind: "literal", value: true, span }, span };
    return this.count(planStage(query, [], this.evidence).condition);
  }

  /** Time of an event, nanoseconds since 1970 UTC; null when unknown. */
  timeOf(event: number): bigint | null {
    const [time] = readFieldValues(this.file, BigInt(event), "time");
    return typeof time === "bigint" ? time : null;
  }

  /** How SQLite would run a statement: one line per step, indented by depth. */
  queryPlan(statement: CompiledStatement): string[] {
    const rows = this.file.rows({ sql: `EXPLAIN QUERY PLAN ${statement.sql}`, parameters: statement.parameters });
    const depths = new Map<bigint, number>();
    return rows.map(([id, parent, , detail]) => {
      const depth = (depths.get(parent as bigint) ?? -1) + 1;
      depths.set(id as bigint, depth);
      return `${"  ".repeat(depth)}${String(detail)}`;
    });
  }

  /** The leaves evaluated since the last call, in order. */
  takeLeafRecords(): LeafRecord[] {
    return this.leaves.records.splice(0);
  }

  close(): void {
    this.second.close();
    this.file.close();
  }

  private runEvents(plan: Plan & { kind: "event" }, window: TimeWindow): EngineResult {
    const condition = this.resolve(plan.stage);
    if (condition.kind === "constant" && !condition.value) {
      return { matches: [], statement: null, method: "none", sequence: null };
    }
    const statement = compileEventQuery(condition, window, this.evidence.scope);
    const ids = this.file.rows(statement).map(([id]) => Number(id));
    const matches = applyPipes(ids, plan.pipes).map((id) => ({ events: [id], keys: [] }));
    return { matches, statement, method: "select", sequence: null };
  }

  private descendants(leaf: Leaf & { kind: "descendant" }): Resolved {
    return findDescendants(this.resolve(leaf.ancestor), this.evidence, this.sets);
  }
}
