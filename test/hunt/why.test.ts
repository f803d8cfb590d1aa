import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Engine } from "../../src/hunt/engine.ts";
import { prepareQuery, type PreparedQuery } from "../../src/hunt/prepare-query.ts";
import { describeNearMisses, explainMatch, funnel } from "../../src/hunt/why.ts";
import { tinyCase } from "./tiny-case.ts";

const at = (seconds: number): string => new Date(1_700_000_000_000 + seconds * 1000).toISOString();
const event = (seconds: number, category: string, name: string, more: object = {}): object => ({
  "@timestamp": at(seconds),
  event: { category },
  process: { name },
  ...more,
});

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.open(
    await tinyCase([
      event(0, "process", "NC", { host: { id: "h1" }, process: { name: "NC", args: ["nc", "-l"] } }),
      event(74, "network", "nc", { host: { id: "h1" } }),
      event(80, "network", "curl"),
    ]),
  );
});
afterAll(() => engine.close());

function prepared(text: string): PreparedQuery & { ok: true } {
  const result = prepareQuery(text, engine.evidence);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result;
}

describe("why a query matched, and why not", () => {
  it("names the leaves that held with the values that made them true", () => {
    const { query, plan } = prepared(
      'process where (process.name : ("nc", "x*") or process.args == "zz") and not process.args : "q*"',
    );
    const [match] = engine.run(plan).matches;
    expect(match && explainMatch(engine, query, match)).toEqual([
      [
        { text: 'process.name : ("nc", "x*")', fields: ["process.name"], values: ["NC"] },
        { text: 'not (process.args : "q*")', fields: ["process.args"], values: ["nc", "-l"] },
      ],
    ]);
  });

  it("counts the events that pass each condition of each stage", () => {
    const { query, plan } = prepared(
      'sequence by host.id [process where process.name == "NC"] [network where process.name : "*c*" and process.name != "nc"]',
    );
    expect(engine.run(plan).matches).toEqual([]);
    expect(funnel(engine, query, plan)).toEqual([
      {
        stage: 1,
        missing: false,
        events: 1,
        leaves: [
          { text: "process where ...", events: 1 },
          { text: 'process.name == "NC"', events: 1 },
        ],
        withoutKey: [],
      },
      {
        stage: 2,
        missing: false,
        events: 1,
        leaves: [
          { text: "network where ...", events: 2 },
          { text: 'process.name : "*c*"', events: 3 },
          { text: 'process.name != "nc"', events: 2 },
        ],
        withoutKey: [{ field: "host.id", events: 1 }],
      },
    ]);
  });

  it("tells how far apart the nearest pair was", () => {
    const { plan } = prepared("sequence by host.id with maxspan=60s [process where true] [network where true]");
    expect(describeNearMisses(engine.run(plan), plan)).toEqual([
      "stage 2: the closest pair is 74 s apart, maxspan 1m (events 1, 2)",
    ]);
  });
});
