import type { EventRow } from "../../../src/triage/types.ts";
import { PAGE, eventAt, wantedPage, withPage } from "../../../src/tui/state/events.ts";
import { emptyEvents, type EventsState } from "../../../src/tui/state/state.ts";
import { describe, expect, it } from "vitest";

describe("pages of events", () => {
  const row = (id: number): EventRow => ({ id, time: null, source: "s", line: id, values: {} });
  const page = (number: number, total: number | null = null, count = PAGE) => ({
    rows: Array.from({ length: count }, (_, at) => row(number * PAGE + at)),
    start: number * PAGE,
    total,
    columns: ["a", "b"],
  });
  const asked: EventsState = { ...emptyEvents(), asked: true };

  it("are found by place, kept a few at a time, and asked for again by the event beside them", () => {
    let events = asked;
    for (let number = 0; number < 10; number += 1) events = withPage(events, page(number));
    expect([...events.pages.keys()].sort((a, b) => a - b)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(events.known).toBe(2_000);
    expect(eventAt(events, 1_999)?.id).toBe(1_999);
    expect(eventAt(events, 0)).toBeNull();
    expect(wantedPage(events, 0, 0, 40)).toEqual({ kind: "first" });
    expect(wantedPage(events, 400, 410, 40)).toEqual({ kind: "after", event: 399, start: 400 });
    expect(wantedPage(events, 1_900, 1_950, 40)).toEqual({ kind: "after", event: 1_999, start: 2_000 });
    expect(wantedPage(events, 1_500, 1_510, 40)).toBeNull();
  });

  it("are asked for from the end, too, once all events are counted", () => {
    const counted = { ...withPage(asked, page(0)), total: 10_100, known: 10_100 };
    expect(wantedPage(counted, 10_060, 10_099, 40)).toEqual({ kind: "last" });
    const last = withPage(counted, page(50, 10_100, 100));
    expect(last.known).toBe(10_100);
    expect(wantedPage(last, 9_980, 9_990, 40)).toEqual({ kind: "before", event: 10_000, start: 9_800 });
  });

  it("end where the last page says so", () => {
    const events = withPage(asked, page(0, null, 7));
    expect(events).toMatchObject({ known: 7, total: 7 });
    expect(wantedPage(events, 0, 6, 40)).toBeNull();
  });
});
