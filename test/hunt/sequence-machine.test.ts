import { describe, expect, it } from "vitest";
import { CandidateTable } from "../../src/hunt/candidate-table.ts";
import { runSequence, type SequenceShape } from "../../src/hunt/sequence-machine.ts";

/** `A1 B3`: the event at second 1 is at stage A, that at second 3 at B; `AB2` is at both. One key unless `A1/k` names it. */
function events(text: string): CandidateTable {
  const table = new CandidateTable();
  for (const word of text.split(" ")) {
    const [, letters = "", at = "0", key = "a"] = /^([A-Z]+)([\d.]+)(?:\/(\w+))?$/.exec(word) ?? [];
    const [seconds = "0", fraction = ""] = at.split(".");
    for (const letter of letters) {
      const id = Math.round(Number(at) * 1000);
      table.add(
        letter.charCodeAt(0) - 65,
        id,
        Number(seconds),
        Number(fraction.padEnd(9, "0")),
        null,
        key.charCodeAt(0),
      );
    }
  }
  table.sort();
  return table;
}

/** `AB!CD|U`: stages in order, `!` before a missing one, `|` before until. */
function shape(text: string, maxspanNs: bigint | null = null): SequenceShape {
  const [stages = "", until] = text.split("|");
  const terms = [...stages.matchAll(/(!?)([A-Z])/g)].map(([, missing, letter = "A"]) => ({
    stage: letter.charCodeAt(0) - 65,
    missing: missing === "!",
  }));
  return { terms, until: until === undefined ? null : until.charCodeAt(0) - 65, maxspanNs, accepts: null };
}

const found = (form: SequenceShape, text: string): string[] =>
  runSequence(form, events(text)).matches.map((match) =>
    match.events.map((id) => (id === null ? "-" : id / 1000)).join(" "),
  );

const SECOND = 1_000_000_000n;

describe("runSequence", () => {
  it("takes the latest first event, and each partial once", () => {
    expect(found(shape("AB"), "A1 A2 B3")).toEqual(["2 3"]);
    expect(found(shape("AB"), "A1 B2 B3")).toEqual(["1 2"]);
  });

  it("lets a newer partial replace an older one further on", () => {
    expect(found(shape("ABC"), "A1 B2 A3 B4 C5")).toEqual(["3 4 5"]);
    expect(found(shape("ABC"), "A1 B2 A3 C4 B5 C6")).toEqual(["1 2 4", "3 5 6"]);
  });

  it("lets an event end one sequence and begin the next, but never serve twice in one", () => {
    expect(found(shape("AA"), "A1 A2 A3")).toEqual(["1 2", "2 3"]);
    expect(found(shape("AB"), "AB1 AB2")).toEqual(["1 2"]);
  });

  it("measures maxspan from the first event, to the nanosecond, inclusive", () => {
    expect(found(shape("AB", 3n * SECOND), "A1 B4")).toEqual(["1 4"]);
    expect(found(shape("AB", 3n * SECOND), "A1 B4.000000001")).toEqual([]);
    expect(found(shape("AB", 3n * SECOND), "A1.5 B4.499999999")).toEqual(["1.5 4.5"]);
    expect(found(shape("ABC", 3n * SECOND), "A1 B3 C5")).toEqual([]);
  });

  it("consumes the partial that maxspan rejects", () => {
    expect(found(shape("AB", SECOND), "A1 B3 B3.5")).toEqual([]);
  });

  it("keeps keys apart", () => {
    expect(found(shape("AB"), "A1/x A2/y B3/x B4/y")).toEqual(["1 3", "2 4"]);
  });

  it("lets until kill what waits, but not what the same event completes", () => {
    expect(found(shape("AB|C"), "A1 C2 B3")).toEqual([]);
    expect(found(shape("AB|C"), "A1 BC2")).toEqual(["1 2"]);
    expect(found(shape("ABD|C"), "A1 BC2 D3")).toEqual([]);
  });

  it("discards a sequence with a missing event between, before or after, strictly by milliseconds", () => {
    expect(found(shape("A!BC", 60n * SECOND), "A1 B2 C3")).toEqual([]);
    expect(found(shape("A!BC", 60n * SECOND), "A1 B1 C3")).toEqual(["1 - 3"]);
    expect(found(shape("!BA", 60n * SECOND), "B1 A61 A61.001")).toEqual(["- 61.001"]);
    expect(found(shape("A!B", SECOND), "A1 A4 B4.5")).toEqual(["1 -"]);
  });

  it("remembers the nearest miss", () => {
    const { nearMisses, reached } = runSequence(shape("AB", SECOND), events("A1 B9 A10 B13"));
    expect(nearMisses[1]).toEqual({ position: 1, events: [10000], next: 13000, spanNs: 3n * SECOND });
    expect(reached).toEqual([2, 0]);
  });
});
