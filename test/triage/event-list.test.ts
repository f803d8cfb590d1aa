import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Engine } from "../../src/hunt/engine.ts";
import { prepareQuery } from "../../src/hunt/prepare-query.ts";
import { compileEventQuery, type TimeWindow } from "../../src/sql/compile-stage.ts";
import type { Resolved } from "../../src/sql/resolved.ts";
import { type EventList, LongList, ShortList } from "../../src/triage/event-list.ts";
import { pageAt, pageWith } from "../../src/triage/list-pages.ts";
import { textCondition } from "../../src/triage/text-condition.ts";
import { smallCase, type SmallEvent } from "../store/small-case.ts";

/** Many events at one time, with and without a tiebreaker, and some without a time, in no order. */
const EVENTS: readonly SmallEvent[] = Array.from({ length: 90 }, (_, at) => {
  const place = (at * 37) % 90;
  return {
    "event.category": place % 2 === 0 ? "process" : "network",
    "event.id": `e${at}`,
    "process.name": place % 3 === 0 ? "nc" : "sh",
    "process.command_line": `run ${place} *?`,
    "destination.port": 4400 + place,
    ...(place % 9 === 8
      ? {}
      : { "@timestamp": new Date(1_700_000_000_000 + Math.floor(place / 10) * 1_000).toISOString() }),
    ...(place % 4 === 0 ? {} : { "event.sequence": 100 - (place % 7) }),
  };
});
const SECOND = 1_700_000_000_000_000_000n;
const OPEN: TimeWindow = { from: null, to: null };

describe("a list of events", () => {
  let folder: string;
  let engine: Engine;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
    (await smallCase(path.join(folder, "a.case"), EVENTS)).close();
    engine = await Engine.open(path.join(folder, "a.case"));
  });
  afterAll(() => {
    engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function conditionOf(eql: string): Resolved {
    const prepared = prepareQuery(eql, engine.evidence);
    if (!prepared.ok || prepared.plan.kind !== "event") throw new Error("refused");
    return engine.resolve(prepared.plan.stage);
  }

  function listsOf(eql: string, window: TimeWindow): { ids: readonly number[]; lists: readonly EventList[] } {
    const condition = conditionOf(eql);
    const rows = engine.file.rows(compileEventQuery(condition, window, engine.evidence.scope));
    const ids = rows.map(([id]) => Number(id));
    return { ids, lists: [new LongList(engine, condition, window), new ShortList(engine, ids)] };
  }

  const cases: readonly (readonly [string, TimeWindow])[] = [
    ["any where true", OPEN],
    ["process where true", OPEN],
    ['any where process.name == "nc"', OPEN],
    ['any where not process.name == "nc"', { from: SECOND + 2_000_000_000n, to: SECOND + 6_000_000_000n }],
    ["network where true", { from: SECOND + 3_000_000_000n, to: null }],
  ];

  it.each(cases)("is walked by key in both directions, in the order of the query: %s", (eql, window) => {
    const { ids, lists } = listsOf(eql, window);
    expect(ids.length).toBeGreaterThan(20);
    for (const list of lists) {
      expect(list.total()).toBe(ids.length);
      const forward: number[] = [];
      while (forward.length < ids.length) forward.push(...list.beyond(forward.at(-1) ?? null, "forward", 7));
      expect(forward).toEqual(ids);
      expect(list.beyond(forward.at(-1) ?? null, "forward", 7)).toEqual([]);
      const backward: number[] = [];
      while (backward.length < ids.length) backward.push(...list.beyond(backward.at(-1) ?? null, "backward", 7));
      expect(backward).toEqual(ids.toReversed());
      ids.forEach((id, place) => expect(list.placeOf(id)).toBe(place));
    }
  });

  it.each(cases)("has pages that begin at multiples of their size, wherever it is entered: %s", (eql, window) => {
    const { ids, lists } = listsOf(eql, window);
    for (const list of lists) {
      ids.forEach((id, place) => {
        const start = place - (place % 10);
        expect(pageWith(list, id, 10)).toEqual({ start, ids: ids.slice(start, start + 10), place });
      });
      const last = pageAt(list, { kind: "last" }, 10);
      expect(last.start % 10).toBe(0);
      expect([...ids.slice(0, last.start), ...last.ids]).toEqual(ids);
    }
  });

  it("is entered at a time: at the first event then or later, else at the end", () => {
    const { ids, lists } = listsOf("any where true", OPEN);
    const timeOf = (id: number): bigint | null => engine.timeOf(id);
    for (const list of lists) {
      for (const seconds of [-5n, 0n, 1n, 4n]) {
        const time = SECOND + seconds * 1_000_000_000n;
        expect(list.firstAt(time)).toBe(ids.find((id) => (timeOf(id) ?? -1n) >= time));
      }
      expect(list.firstAt(SECOND + 99_000_000_000n)).toBeNull();
      expect(pageAt(list, { kind: "time", time: SECOND + 99_000_000_000n }, 10)).toEqual(
        pageAt(list, { kind: "last" }, 10),
      );
    }
  });

  it("is searched beyond an event, round the end, with the number of hits", () => {
    const { ids, lists } = listsOf("process where true", OPEN);
    const text = textCondition(engine.evidence, ["process.command_line", "destination.port"], "44");
    expect(text).toBe('stringContains~(process.command_line, "44") or stringContains~(string(destination.port), "44")');
    const condition = conditionOf(`any where ${text ?? ""}`);
    const hits = ids.filter((id) =>
      `${String(EVENTS[id - 1]?.["destination.port"])} ${String(EVENTS[id - 1]?.["process.command_line"])}`.includes(
        "44",
      ),
    );
    for (const list of lists) {
      expect(list.find(condition, null, "forward", 10_000)).toEqual({ count: hits.length, event: hits[0] });
      expect(list.find(condition, hits.at(-1) ?? null, "forward", 10_000).event).toBe(hits[0]);
      expect(list.find(condition, hits[1] ?? null, "backward", 10_000).event).toBe(hits[0]);
      expect(list.find(condition, hits[0] ?? null, "backward", 10_000).event).toBe(hits.at(-1));
      expect(list.find(condition, null, "forward", 3).count).toBe(3);
    }
  });

  it("is searched for what would be wildcards, and not in numbers for words", () => {
    const { lists } = listsOf("any where true", OPEN);
    const text = textCondition(engine.evidence, ["process.command_line", "destination.port"], "7 *?");
    expect(text).toBe('stringContains~(process.command_line, "7 *?")');
    const condition = conditionOf(`any where ${text ?? ""}`);
    for (const list of lists) expect(list.find(condition, null, "forward", 10_000).count).toBe(9);
    expect(textCondition(engine.evidence, ["destination.port", "no.such"], "abc")).toBeNull();
  });
});
