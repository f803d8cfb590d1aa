import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/base/json.ts";
import type { Query } from "../../src/eql/ast.ts";
import { catalogueField } from "../../src/ecs/catalogue.ts";
import { parseQuery } from "../../src/eql/parser.ts";
import { Engine } from "../../src/hunt/engine.ts";
import { Evidence } from "../../src/hunt/evidence.ts";
import { prepareQuery } from "../../src/hunt/prepare-query.ts";
import { generateEvents } from "../../src/rules/generate/generate-events.ts";
import type { GeneratedCase } from "../../src/rules/generate/generate-events.ts";
import { builtinPack, readPack } from "../../src/rules/read-pack.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { loadDocuments } from "../hunt/load-case.ts";
import { hasShared, shared } from "../shared.ts";

/** A rule's case among all the documents that were loaded: its events have the ids from `first` on. */
interface PlacedCase {
  readonly made: GeneratedCase;
  readonly first: number;
}

interface Proof {
  readonly rule: Rule;
  readonly cases: readonly PlacedCase[];
}

const DAY_MS = 86_400_000;

/** Cases lie a day apart, so that only a sequence without an end could take events of two. */
function isBounded({ base }: Query): boolean {
  return (
    base.kind !== "sample" && (base.kind === "eventQuery" || (base.maxspanNs ?? 0n) > 0n) && spanOf(base) < DAY_MS / 2
  );
}

function spanOf(base: Query["base"]): number {
  return base.kind === "sequence" ? Number((base.maxspanNs ?? 0n) / 1_000_000n) : 0;
}

function shift(document: JsonObject, days: number): JsonObject {
  const stamp = document["@timestamp"];
  const time = (typeof stamp === "string" ? Date.parse(stamp) : 0) + days * DAY_MS;
  return { ...document, "@timestamp": new Date(time).toISOString() };
}

function prove(name: string, rules: readonly Rule[], least: number): void {
  describe(name, () => {
    const documents: JsonObject[] = [];
    const proofs: Proof[] = [];
    let days = 0;
    let engine: Engine;

    beforeAll(async () => {
      for (const rule of rules) {
        const { query } = parseQuery(rule.query ?? "");
        if (query === null || !isBounded(query)) continue;
        const category = rule.eventCategoryOverride === null ? {} : { categoryField: rule.eventCategoryOverride };
        const typeOf = (field: string): ReturnType<Parameters<typeof generateEvents>[1]["typeOf"]> =>
          catalogueField(field)?.type ?? null;
        const { cases } = generateEvents(query, { typeOf, ...category });
        const placed = cases.map((made): PlacedCase => {
          const first = documents.length + 1;
          days++;
          documents.push(...made.documents.map((document) => shift(document, days)));
          return { made, first };
        });
        proofs.push({ rule, cases: placed });
      }
      engine = await Engine.open(await loadDocuments(documents));
    }, 300_000);
    afterAll(() => engine.close());

    it("finds all generated events, and none of the mutants", { timeout: 600_000 }, () => {
      const wrong: string[] = [];
      let count = 0;
      for (const { rule, cases } of proofs) {
        const found = eventsFound(engine, rule);
        for (const { made, first } of cases) {
          count++;
          const ids = made.documents.map((_, i) => first + i);
          const matched = ids.some((id) => found.has(id));
          if (matched !== (made.expected === "match"))
            wrong.push(`${rule.name}: ${made.name} (${made.breaks}) ${JSON.stringify(made.documents)}`);
        }
      }
      expect(wrong).toEqual([]);
      expect(count).toBeGreaterThan(least);
    });
  });
}

/** The events of all matches. */
function eventsFound(engine: Engine, rule: Rule): ReadonlySet<number> {
  const evidence =
    rule.eventCategoryOverride === null
      ? engine.evidence
      : Evidence.withCategoryField(engine.evidence, rule.eventCategoryOverride);
  const prepared = prepareQuery(rule.query ?? "", evidence);
  if (!prepared.ok) throw new Error(`${rule.name}: ${prepared.diagnostics.map((each) => each.message).join()}`);
  const { matches } = engine.run(prepared.plan);
  return new Set(matches.flatMap((match) => match.events.filter((event) => event !== null)));
}

prove("the built-in rules", builtinPack().rules, 20);
if (hasShared) {
  const eql = (folder: string): readonly Rule[] =>
    readPack([shared("corpus", folder)]).rules.filter((rule) => rule.type === "eql");
  prove("detection-rules", eql("detection-rules"), 20_000);
  prove("protections-artifacts", eql("protections-artifacts"), 20_000);
}
