import type { EventRow } from "../../../src/triage/types.ts";
import { PAGE, eventAt, wantedPage, withPage } from "../../../src/tui/state/events.ts";
import { emptyEvents, type EventsState } from "../../../src/tui/state/state.ts";
import { describe, expect, it } from "vitest";

describe("pages of events", () => {
  const row = (id: number): EventRow => ({ id, time: null, source: "s", line: id, values: {} });
  const rows = (from: number, count: number): EventRow[] => Array.from({ length: count }, (_, at) => row(from + at));
  const page = (number: number, next: string | null, count = PAGE) => ({
    rows: rows(number * PAGE, count),
    total: null,
    next,
    columns: ["a", "b"],
  });

  it("are found by place, kept a few at a time, and asked for again by key", () => {
    let events: EventsState = { ...emptyEvents(), asked: true };
    for (let number = 0; number < 10; number += 1)
      events = withPage(events, number, page(number, `key ${String(number + 1)}`));
    expect([...events.pages.keys()].sort((a, b) => a - b)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(events.known).toBe(2_000);
    expect(events.keys[3]).toBe("key 3");
    expect(eventAt(events, 1_999)?.id).toBe(1_999);
    expect(eventAt(events, 0)).toBeNull();
    expect(wantedPage(events, 0, 0, 40)).toBe(0);
    expect(wantedPage(events, 1_900, 1_950, 40)).toBe(10);
    expect(wantedPage(events, 1_500, 1_510, 40)).toBeNull();
  });

  it("end where the last page says so", () => {
    const events = withPage({ ...emptyEvents(), asked: true }, 0, page(0, null, 7));
    expect(events).toMatchObject({ known: 7, complete: true, keys: [null] });
    expect(wantedPage(events, 0, 6, 40)).toBeNull();
  });
});
