import { UserError } from "../base/errors.ts";
import { parseQuery } from "../eql/parser.ts";
import { Engine } from "../hunt/engine.ts";
import { fieldsOfQuery, type PreparedQuery, prepareQuery } from "../hunt/prepare-query.ts";
import { makeSideTables } from "../hunt/query-engine.ts";
import type { Plan } from "../plan/plan.ts";
import { compileCountUpTo, compileEventQuery, type TimeWindow } from "../sql/compile-stage.ts";
import type { Resolved } from "../sql/resolved.ts";
import { type EventList, LongList, ShortList } from "./event-list.ts";

/** The ids a query answers with; of sequences all their events. */
export interface Answers {
  readonly ok: true;
  /** In the order of the query. */
  readonly ids: readonly number[];
}
export type Refused = PreparedQuery & { readonly ok: false };

const KEPT_ANSWERS = 4;
/** Up to this number of events an answer is kept as a list of ids. */
const SHORT = 20_000;
/** Making a field's table takes no noticeable time up to this number of events. */
const FEW_EVENTS = 20_000;

/** An engine over a case that other processes may add evidence to, and the answers of the last queries. */
export class EngineSession {
  readonly #casePath: string;
  #engine: Engine | null = null;
  #evidence = "";
  #answers = new Map<string, Answers>();
  #lists = new Map<string, EventList>();

  constructor(casePath: string) {
    this.#casePath = casePath;
  }

  /** The engine, opened again when evidence was added. */
  async engine(): Promise<Engine> {
    if (this.#engine !== null && evidenceMark(this.#engine) !== this.#evidence) this.#close();
    if (this.#engine === null) {
      this.#engine = await Engine.open(this.#casePath);
      this.#evidence = evidenceMark(this.#engine);
    }
    return this.#engine;
  }

  /**
   * A query, checked, with storage for every field it reads.
   * @throws UserError `case-unwritable` where a field's table has to be made on a read-only medium
   */
  async prepare(eql: string): Promise<PreparedQuery> {
    const engine = await this.engine();
    const { query } = parseQuery(eql);
    if (query !== null) await this.ensureFields([...fieldsOfQuery(query)]);
    return prepareQuery(eql, (query === null ? engine : await this.engine()).evidence);
  }

  /** Makes the side tables of fields that have no column. */
  async ensureFields(paths: readonly string[]): Promise<void> {
    const missing = (await this.engine()).evidence.withoutStorage(paths);
    if (missing.length === 0) return;
    this.#close();
    await makeSideTables(this.#casePath, missing);
  }

  /** The answers of a query; those of the last queries are kept, so that paging does not ask again. */
  async answers(eql: string, window: TimeWindow): Promise<Answers | Refused> {
    await this.engine();
    const key = `${window.from ?? ""} ${window.to ?? ""} ${eql}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const prepared = await this.prepare(eql);
    if (!prepared.ok) return prepared;
    const engine = await this.engine();
    const answers: Answers = { ok: true, ids: idsOf(engine, prepared.plan, window) };
    keep(this.#answers, key, answers);
    return answers;
  }

  /** The answer of a query as a list to page through; of sequences all their events, each once. The last lists are kept. */
  async list(eql: string, window: TimeWindow): Promise<EventList | Refused> {
    await this.engine();
    const key = `${window.from ?? ""} ${window.to ?? ""} ${eql}`;
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const prepared = await this.prepare(eql);
    if (!prepared.ok) return prepared;
    const engine = await this.engine();
    const { plan } = prepared;
    const list =
      plan.kind === "event" && plan.pipes.length === 0 && hasTimeIndex(engine)
        ? listOf(engine, engine.resolve(plan.stage), window)
        : new ShortList(engine, idsOf(engine, plan, window));
    keep(this.#lists, key, list);
    return list;
  }

  /** A condition on one event, as what follows `where`. @throws UserError `bad-condition` */
  async condition(text: string): Promise<Resolved> {
    const prepared = await this.prepare(`any where ${text}`);
    if (!prepared.ok || prepared.plan.kind !== "event") {
      throw new UserError("bad-condition", "the condition cannot be asked of this evidence");
    }
    return (await this.engine()).resolve(prepared.plan.stage);
  }

  /**
   * How many events (or matches of a sequence) a query has; counting of events stops at `limit`. Null when it is refused,
   * or when counting would first take a pass over many originals for the sake of a field without storage.
   */
  async count(eql: string, window: TimeWindow, limit: number): Promise<number | null> {
    const { query } = parseQuery(eql);
    const { evidence } = await this.engine();
    const costly = evidence.totalEvents > FEW_EVENTS && query !== null;
    if (costly && evidence.withoutStorage(fieldsOfQuery(query)).length > 0) return null;
    const prepared = await this.prepare(eql);
    if (!prepared.ok) return null;
    const engine = await this.engine();
    const { plan } = prepared;
    if (plan.kind !== "event" || plan.pipes.length > 0) return engine.run(plan, { window }).matches.length;
    const condition = engine.resolve(plan.stage);
    if (condition.kind === "constant" && !condition.value) return 0;
    const statement = compileCountUpTo(condition, window, engine.evidence.scope, limit);
    return Number(engine.file.rows(statement)[0]?.[0] ?? 0n);
  }

  #close(): void {
    this.#engine?.close();
    this.#engine = null;
    this.#answers = new Map();
    this.#lists = new Map();
  }
}

/** The newest entries of a map stay. */
function keep<Value>(kept: Map<string, Value>, key: string, value: Value): void {
  const oldest = kept.keys().next();
  if (kept.size >= KEPT_ANSWERS && oldest.done !== true) kept.delete(oldest.value);
  kept.set(key, value);
}

function idsOf(engine: Engine, plan: Plan, window: TimeWindow): number[] {
  const { matches } = engine.run(plan, { window });
  return [...new Set(matches.flatMap((match) => match.events.filter((event) => event !== null)))];
}

function listOf(engine: Engine, condition: Resolved, window: TimeWindow): EventList {
  if (condition.kind === "constant" && !condition.value) return new ShortList(engine, []);
  const { scope } = engine.evidence;
  const [row] = engine.file.rows(compileCountUpTo(condition, window, scope, SHORT + 1));
  if (Number(row?.[0] ?? 0n) > SHORT) return new LongList(engine, condition, window);
  const rows = engine.file.rows(compileEventQuery(condition, window, scope));
  return new ShortList(
    engine,
    rows.map(([id]) => Number(id)),
  );
}

/** The index of times is built at the end of a load; a case whose load was interrupted may lack it. */
function hasTimeIndex(engine: Engine): boolean {
  const rows = engine.file.rows({ sql: "SELECT 1 FROM sqlite_schema WHERE name = 'event_time'", parameters: [] });
  return rows.length > 0;
}

/** Changes when events were added. */
function evidenceMark(engine: Engine): string {
  const [row] = engine.file.rows({ sql: "SELECT max(id) FROM event", parameters: [] });
  return `${(row?.[0] as bigint | null | undefined) ?? ""}`;
}
