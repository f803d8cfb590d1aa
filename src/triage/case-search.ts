/** Everything the triage asks of the events; runs in the search process. */
import { UserError } from "../base/errors.ts";
import type { TimeWindow } from "../sql/compile-stage.ts";
import { blastRadius } from "./blast-radius.ts";
import { completions } from "./completion.ts";
import { EngineSession, type Refused } from "./engine-session.ts";
import { toEventRows, usualColumns } from "./event-columns.ts";
import { evidenceOverview } from "./evidence-overview.ts";
import { FindingExplainer } from "./explain-finding.ts";
import { facetOf } from "./facet.ts";
import { processTree } from "./process-tree.ts";
import { pageAt, pageWith } from "./list-pages.ts";
import type { Answer, Ask, SearchKind } from "./search-protocol.ts";
import { textCondition } from "./text-condition.ts";
import { timelineOf } from "./timeline.ts";
import type { EventPage, QueryProblem } from "./types.ts";

const WHOLE_TIME: TimeWindow = { from: null, to: null };
/** Events around an event that are listed. */
const AROUND_LIMIT = 2_000;
/** Counting the events with a text stops here. */
const HITS_LIMIT = 10_000;

type Handlers = { readonly [K in SearchKind]: (ask: Ask<K>) => Promise<Answer<K>> };

export class CaseSearch {
  readonly #session: EngineSession;

  constructor(casePath: string) {
    this.#session = new EngineSession(casePath);
  }

  /** Answers one request. @throws UserError */
  answer<K extends SearchKind>(kind: K, ask: Ask<K>): Promise<Answer<K>> {
    return this.#handlers[kind](ask);
  }

  readonly #handlers: Handlers = {
    warm: async () => {
      await this.#session.engine();
      return true;
    },
    events: async (ask) => {
      const list = await this.#session.list(ask.eql, ask);
      if ("ok" in list) return { ok: false, problems: problemsOf(list) };
      const { start, ids, place } = pageAt(list, ask.at, ask.limit);
      return { ok: true, page: await this.#rows(ids, start, list.knownTotal, ask.columns), place: place ?? start };
    },
    total: async (ask) => {
      const list = await this.#session.list(ask.eql, ask);
      return "ok" in list ? 0 : list.total();
    },
    find: (ask) => this.#find(ask),
    count: async ({ eql, from, to, limit }) => {
      const count = await this.#session.count(eql, { from, to }, limit);
      return count === null ? { count: 0, capped: true } : { count: Math.min(count, limit), capped: count >= limit };
    },
    around: async ({ event, spanNs }) => {
      const engine = await this.#session.engine();
      const field = engine.evidence.field("host.id") ?? engine.evidence.field("host.name");
      const sameHost = field?.column === true ? `AND e.f${field.id} IS o.f${field.id}` : "";
      const rows = engine.file.rows({
        sql: `SELECT e.id FROM event o JOIN event e ON e.time BETWEEN o.time - ? AND o.time + ? ${sameHost}
              WHERE o.id = ? ORDER BY e.time, e.tiebreaker IS NULL, e.tiebreaker, e.id LIMIT ${AROUND_LIMIT}`,
        parameters: [spanNs, spanNs, BigInt(event)],
      });
      const ids = rows.map(([id]) => Number(id));
      return this.#rows(ids.length === 0 ? [event] : ids, 0, Math.max(1, ids.length), null);
    },
    facet: async ({ eql, from, to, field, limit }) => {
      await this.#session.ensureFields([field]);
      const list = await this.#session.list(eql, { from, to });
      return "ok" in list ? [] : facetOf(await this.#session.engine(), list.scope, field, limit);
    },
    tree: async ({ entity }) => processTree(await this.#session.engine(), entity),
    timeline: (scope) => timelineOf(this.#session, scope),
    overview: async () => evidenceOverview(await this.#session.engine()),
    why: ({ finding }) => this.#why(finding),
    blast: (ask) => this.#blast(ask),
    complete: async ({ text, caret }) => completions(await this.#session.engine(), text, caret),
  };

  async #rows(
    ids: readonly number[],
    start: number,
    total: number | null,
    columns: readonly string[] | null,
  ): Promise<EventPage> {
    const engine = await this.#session.engine();
    const shown = columns ?? usualColumns(engine);
    return { rows: toEventRows(engine, ids, shown), start, total, columns: shown };
  }

  async #find({ text, beyond, backward, ...ask }: Ask<"find">): Promise<Answer<"find">> {
    const list = await this.#session.list(ask.eql, ask);
    if ("ok" in list) return null;
    const engine = await this.#session.engine();
    const condition = textCondition(engine.evidence, ask.columns ?? usualColumns(engine), text);
    if (condition === null) return null;
    const resolved = await this.#session.condition(condition);
    const { count, event } = list.find(resolved, beyond, backward ? "backward" : "forward", HITS_LIMIT);
    if (event === null) return null;
    const { start, ids, place } = pageWith(list, event, ask.limit);
    return { page: await this.#rows(ids, start, list.knownTotal, ask.columns), place, hits: count };
  }

  async #why(id: number): Promise<Answer<"why">> {
    const missing = new FindingExplainer(await this.#session.engine()).missingFields(id);
    await this.#session.ensureFields(missing);
    return new FindingExplainer(await this.#session.engine()).explain(id);
  }

  async #blast({ condition, rules, stage }: Ask<"blast">): Promise<Answer<"blast">> {
    const answers = await this.#session.answers(`any where ${condition}`, WHOLE_TIME);
    if (!answers.ok) {
      const [problem] = problemsOf(answers);
      throw new UserError(
        "bad-condition",
        `the condition cannot be used: ${problem?.message ?? "it is no condition"}`,
        {
          hint: problem?.hint ?? 'a condition is what follows where in EQL, e.g. process.name == "nc"',
        },
      );
    }
    return blastRadius((await this.#session.engine()).file, new Set(answers.ids), rules, stage);
  }
}

function problemsOf({ diagnostics }: Refused): QueryProblem[] {
  return diagnostics
    .filter(({ severity }) => severity !== "warning")
    .map(({ message, hint, span }) => ({ message, hint, start: span.start, end: span.end }));
}
