/** What is large runs, or is refused by a limit that is named. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LIMITS } from "../../src/eql/limits.ts";
import type { Engine } from "../../src/hunt/engine.ts";
import { prepareQuery } from "../../src/hunt/prepare-query.ts";
import { loadDocuments, openWholeCase } from "../hunt/load-case.ts";

const LONG = "x".repeat(100_000);

let engine: Engine;
beforeAll(async () => {
  const beats = Array.from({ length: 130 }, (_, index) => ({
    "@timestamp": new Date(1_700_000_000_000 + index * 1000).toISOString(),
    host: { id: "h" },
    event: { category: "network", sequence: index },
    process: { name: index === 7 ? LONG : `p${index}` },
  }));
  engine = await openWholeCase(await loadDocuments(beats, { format: "ndjson" }));
});
afterAll(() => engine.close());

function run(text: string, sequences: "state-machine" | "window-chain" = "state-machine"): number[][] {
  const prepared = prepareQuery(text, engine.evidence);
  if (!prepared.ok) throw new Error(prepared.diagnostics.map(({ code, message }) => `${code}: ${message}`).join("\n"));
  return engine.run(prepared.plan, { sequences }).matches.map((match) => match.events.map((event) => event ?? -1));
}

function refusal(text: string): string[] {
  const prepared = prepareQuery(text, engine.evidence);
  return prepared.ok ? [] : prepared.diagnostics.map(({ code, message }) => `${code}: ${message}`);
}

const many = (count: number, make: (index: number) => string, between: string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(between);

describe("large queries", () => {
  it.each(["in", "in~", ":"])("a list of 2,609 items, by %s", (operator) => {
    const list = many(2609, (index) => `"p${index * 100}"`, ", ");
    expect(run(`any where process.name ${operator} (${list})`)).toEqual([[1], [101]]);
    expect(run(`any where not process.name ${operator} (${list})`)).toHaveLength(128);
  });

  it("140 wildcards in one list", () => {
    const list = many(140, (index) => `"*q${index}*?"`, ", ");
    expect(run(`any where process.name : (${list}, "*p12?")`)).toEqual(Array.from({ length: 10 }, (_, n) => [121 + n]));
    expect(run(`any where process.name like~ (${list})`)).toEqual([]);
  });

  it("an expression nested 200 deep", () => {
    const nested = `${"not (".repeat(200)}process.name == "p1"${")".repeat(200)}`;
    expect(run(`any where ${nested}`)).toEqual([[2]]);
    const mixed = `${'(process.name == "p1" or (process.name != "p2" and '.repeat(100)}true${"))".repeat(100)}`;
    expect(run(`any where ${mixed}`)).toHaveLength(129);
  });

  it("an expression nested deeper than the limit is refused by its name", () => {
    const nested = `${"(".repeat(LIMITS.maxNesting + 1)}true${")".repeat(LIMITS.maxNesting + 1)}`;
    expect(refusal(`any where ${nested}`).join()).toMatch(/nest/i);
  });

  it.each(["state-machine", "window-chain"] as const)("60 runs, with the %s asked for", (method) => {
    const text = "sequence by host.id [network where true] with runs=60";
    const found = run(text, method);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    expect(found.every((events) => events.length === 60)).toBe(true);
  });

  it("101 runs are refused", () => {
    expect(refusal("sequence by host.id [network where true] with runs=101")).not.toEqual([]);
  });

  it("chains of 5,000 terms", () => {
    const any = many(5000, (index) => `process.name == "q${index}"`, " or ");
    expect(run(`any where ${any} or process.name == "p5"`)).toEqual([[6]]);
    const all = many(5000, (index) => `process.name != "q${index}"`, " and ");
    expect(run(`any where ${all}`)).toHaveLength(130);
    const wild = many(5000, (index) => `process.name : "*q${index}*"`, " or ");
    expect(run(`any where ${wild}`)).toEqual([]);
  });

  it("a pattern of 100,000 characters", () => {
    expect(run(`any where process.name == "${LONG}"`)).toEqual([[8]]);
    expect(run(`any where process.name : "*${LONG}"`)).toEqual([[8]]);
    expect(run(`any where process.name like "${LONG}?*"`)).toEqual([]);
    expect(run(`any where startsWith~(process.name, "${LONG.toUpperCase()}")`)).toEqual([[8]]);
    expect(run(`any where process.name regex "x+"`)).toEqual([[8]]);
  });

  it("wildcards and expressions that explode elsewhere take no time", () => {
    const stars = "*x".repeat(300);
    expect(run(`any where process.name : "${stars}*y"`)).toEqual([]);
    expect(run(`any where process.name regex "(x+)+y"`)).toEqual([]);
  });

  it("a text beyond the limit is refused by its name", () => {
    expect(refusal(`any where process.name == "${"x".repeat(LIMITS.maxQueryLength)}"`).join()).toMatch(/1,?000,?000/);
  });
});
