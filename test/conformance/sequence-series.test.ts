import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Engine } from "../../src/hunt/engine.ts";
import { prepareQuery } from "../../src/hunt/prepare-query.ts";
import { loadDocuments, openWholeCase } from "../hunt/load-case.ts";
import { describeShared, hasShared, shared } from "../shared.ts";

interface SeriesEvent {
  readonly id: string;
  readonly ts: number;
  readonly key: string | null;
}

interface Series {
  readonly name: string;
  readonly stages: readonly (readonly SeriesEvent[])[];
  readonly expected: readonly { readonly key: string | null; readonly events: readonly string[] }[];
}

const SERIES = hasShared
  ? (JSON.parse(readFileSync(shared("eql", "vectors", "es-sequence-series.json"), "utf8")) as { cases: Series[] }).cases
  : [];

/** One event per entry, in order of time; of equal times those of the earlier stage come first. */
function eventsOf(series: Series): (SeriesEvent & { readonly stage: number })[] {
  const all = series.stages.flatMap((events, stage) => events.map((event) => ({ ...event, stage })));
  return all.sort((a, b) => a.ts - b.ts || a.stage - b.stage);
}

const ALL = SERIES.map(eventsOf);

describeShared("Elasticsearch's series of the sequence matcher, through loader, case and SQL", () => {
  let engine: Engine;
  beforeAll(async () => {
    const documents = ALL.flatMap((events, series) =>
      events.map(({ stage, key, ts }) => ({
        "@timestamp": new Date(1_700_000_000_000 + ts).toISOString(),
        stage: `${series}:${stage}`,
        key,
      })),
    );
    engine = await openWholeCase(await loadDocuments(documents, { format: "ndjson", keepDuplicates: true }));
  });
  afterAll(() => engine.close());

  it("has 25 series", () => expect(SERIES.length).toBe(25));

  for (const method of ["state-machine", "window-chain"] as const) {
    it.each(SERIES.map((series, index) => ({ ...series, index })))(`$name, by the ${method}`, (series) => {
      const { stages, index, expected } = series;
      const keyed = stages.flat().some(({ key }) => key !== null);
      const terms = stages.map((_, stage) => `[any where stage == "${index}:${stage}"]`);
      const prepared = prepareQuery(`sequence${keyed ? " by key" : ""} ${terms.join(" ")}`, engine.evidence);
      if (!prepared.ok) throw new Error(JSON.stringify(prepared.diagnostics));
      const result = engine.run(prepared.plan, { sequences: method });
      const first = ALL.slice(0, index).flat().length + 1;
      expect(
        result.matches.map((match) => ({
          key: match.keys[0] ?? null,
          events: match.events.map((event) => ALL[index]?.[(event ?? 0) - first]?.id.split("|").at(-1)),
        })),
      ).toEqual(expected);
      expect(["none", method]).toContain(result.method);
    });
  }
});
