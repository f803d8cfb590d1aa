/** Events made from the public rules themselves, and mutants of them that differ in one thing, through loader and SQL. */
import { expect, it } from "vitest";
import type { JsonObject } from "../../src/base/json.ts";
import { catalogueField } from "../../src/ecs/catalogue.ts";
import { parseQuery } from "../../src/eql/parser.ts";
import type { Engine } from "../../src/hunt/engine.ts";
import { prepareQuery } from "../../src/hunt/prepare-query.ts";
import { generateEvents } from "../../src/rules/generate/generate-events.ts";
import { loadDocuments, openWholeCase } from "../hunt/load-case.ts";
import { describeShared } from "../shared.ts";
import { type CorpusRule, corpusRules } from "./corpus.ts";

/** Every so many rules; all of them with EQLITE_CORPUS_STEP=1. */
const STEP = Number(process.env["EQLITE_CORPUS_STEP"] ?? "8");

/** Rules for which the generator finds no events, in either corpus. */
const MAX_WITHOUT = 4;

const DAY_MS = 86_400_000;

/** Documents of one case of one rule, by their place in the load. */
interface Placed {
  readonly rule: string;
  readonly name: string;
  readonly matches: boolean;
  readonly first: number;
  readonly last: number;
  readonly window: { readonly from: bigint; readonly to: bigint };
}

interface Placement {
  readonly documents: object[];
  readonly cases: Map<CorpusRule, Placed[]>;
  readonly without: string[];
}

/**
 * All cases one after the other in time, a day and more apart: no sequence with a maxspan reaches from one to the next,
 * and what waits from the one before is overwritten; others are asked within the time of the case. Where
 * a rule follows ancestors, each case has a host of its own: they are followed over all times.
 */
function place(rules: readonly CorpusRule[]): Placement {
  const documents: object[] = [];
  const cases = new Map<CorpusRule, Placed[]>();
  const without: string[] = [];
  let clock = Date.UTC(2000, 0, 1);
  for (const rule of rules) {
    const { query } = parseQuery(rule.query);
    if (query === null) throw new Error(`${rule.path} does not parse`);
    const made = generateEvents(query, { typeOf: (field) => catalogueField(field)?.type ?? null, alternatives: 2 });
    if (made.problem !== null) without.push(`${rule.path}: ${made.problem}`);
    const placed = made.cases
      .filter((each) => each.documents.length > 0)
      .map((each): Placed => {
        const times = each.documents.map((document) => timeOf(document));
        const shift = clock - Math.min(...times);
        const first = documents.length + 1;
        each.documents.forEach((document, index) =>
          documents.push({
            ...(rule.query.includes("descendant of") ? { "host.id": `host-${first}` } : {}),
            ...document,
            "@timestamp": new Date((times[index] ?? 0) + shift).toISOString(),
          }),
        );
        const window = { from: BigInt(clock) * 1_000_000n, to: BigInt(Math.max(...times) + shift + 1) * 1_000_000n };
        clock += Math.max(...times) - Math.min(...times) + DAY_MS;
        return {
          window,
          rule: rule.path,
          name: each.name,
          matches: each.expected === "match",
          first,
          last: documents.length,
        };
      });
    cases.set(rule, placed);
  }
  return { documents, cases, without };
}

function timeOf(document: JsonObject): number {
  const time = document["@timestamp"];
  if (typeof time !== "string") throw new Error("a made event has a time");
  return Date.parse(time);
}

/** The names of the cases in which the engine and the generator differ. */
function differences(engine: Engine, rule: CorpusRule, placed: readonly Placed[]): string[] {
  const prepared = prepareQuery(rule.query, engine.evidence);
  if (!prepared.ok) return [`${rule.path}: ${JSON.stringify(prepared.diagnostics)}`];
  const methods = prepared.plan.kind === "sequence" ? (["state-machine", "window-chain"] as const) : [undefined];
  const { plan } = prepared;
  const apart = plan.kind === "sample" || (plan.kind === "sequence" && plan.maxspanNs === null);
  return methods.flatMap((sequences) => {
    const options = sequences === undefined ? {} : { sequences };
    const run = (window?: Placed["window"]): Set<number> => {
      const { matches } = engine.run(plan, window === undefined ? options : { ...options, window });
      return new Set(matches.map((match) => match.events.find((event) => event !== null) ?? 0));
    };
    const together = apart ? null : run();
    return placed.flatMap(({ name, matches: expected, first, last, window }) => {
      const found = together ?? run(window);
      let has = false;
      for (let event = first; event <= last; event++) has ||= found.has(event);
      return has === expected ? [] : [`${rule.path}: ${name} (${sequences ?? "events"})`];
    });
  });
}

describeShared("events made from the public rules, through loader and SQL", () => {
  it.each(["detection-rules", "protections-artifacts"] as const)("%s", { timeout: 1_200_000 }, async (corpus) => {
    const rules = corpusRules(corpus)
      .filter(({ query }) => !query.includes("_arraysearch"))
      .filter((_, index) => index % STEP === 0);
    const { documents, cases, without } = place(rules);
    const engine = await openWholeCase(await loadDocuments(documents, { format: "ndjson", keepDuplicates: true }));
    const wrong = [...cases].flatMap(([rule, placed]) => differences(engine, rule, placed));
    engine.close();
    const all = [...cases.values()].flat();
    const matching = all.filter(({ matches }) => matches).length;
    console.info(
      `${corpus}: ${rules.length} rules, ${matching} cases that match, ${all.length - matching} that do not; without cases: ${without.length}`,
    );
    expect(wrong).toEqual([]);
    expect(without.length).toBeLessThanOrEqual(MAX_WITHOUT);
  });
});
