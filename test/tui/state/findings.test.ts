import { describe, expect, it } from "vitest";
import {
  arrange,
  filterOf,
  invertFilter,
  undeterminedIndex,
  withRows,
  withVerdict,
} from "../../../src/tui/state/findings.ts";
import { initialState, type FindingsState } from "../../../src/tui/state/state.ts";
import { fakeFindings } from "../fake-service.ts";

const EMPTY = initialState({ casePath: "x", analyst: "ada", readonly: false, columns: 80, rows: 24 }).findings;

function listOf(change: Partial<FindingsState> = {}, count = 12): FindingsState {
  return arrange({ ...withRows(EMPTY, fakeFindings(count)), ...change });
}

function ids(findings: FindingsState): readonly (number | string)[] {
  return findings.items.map((item) => (item.kind === "finding" ? item.row.id : item.label));
}

describe("the filter", () => {
  const matching = (filter: string): readonly number[] =>
    fakeFindings(12)
      .filter(filterOf(filter))
      .map((row) => row.id);

  it("wants every word, in any case, anywhere", () => {
    expect(matching("")).toHaveLength(12);
    expect(matching("SHADOW")).toEqual([3, 7, 9, 11]);
    expect(matching("shadow web-01")).toEqual([3]);
  });

  it("inverts words by a !, and everything by a ! of its own", () => {
    expect(matching("!shadow !cron")).toEqual([1, 2, 5, 6, 10]);
    expect(matching("! shadow web-01")).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(invertFilter("shadow")).toBe("! shadow");
    expect(invertFilter("! shadow")).toBe("shadow");
    expect(invertFilter("!shadow")).toBe("! !shadow");
  });

  it("knows fields, and quotes keep words together", () => {
    expect(matching("host:web-02")).toEqual([4, 5, 6]);
    expect(matching("severity:critical")).toEqual([3, 7, 11]);
    expect(matching('rule:"cron entry"')).toEqual([4, 8, 12]);
    expect(matching("container:none")).toEqual([1, 6, 11]);
    expect(matching("verdict:none")).toHaveLength(12);
    expect(matching("!host:web id:1")).toEqual([10, 11, 12]);
  });

  it("says nothing of text that looks like a field and is none", () => {
    expect(matching("198.51.100.7:80")).toEqual([]);
    expect(matching("http://198")).toEqual([4, 10]);
  });
});

describe("the list", () => {
  it("sorts by time, the unknown last, and by what is asked for, then by time", () => {
    expect(ids(listOf())).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(ids(listOf({ sort: "severity" })).slice(0, 4)).toEqual([3, 7, 11, 2]);
    expect(ids(listOf({ sort: "rule", descending: true })).slice(0, 3)).toEqual([9, 5, 1]);
  });

  it("groups in the order of the first member, and folds", () => {
    const grouped = listOf({ group: "host" });
    expect(ids(grouped)).toEqual(["web-01", 1, 2, 3, "web-02", 4, 5, 6, "db-01", 7, 8, 9, "日本-node", 10, 11, 12]);
    expect(ids(arrange({ ...grouped, folded: new Set(["host\nweb-01"]) }))).toEqual([
      "web-01",
      "web-02",
      4,
      5,
      6,
      "db-01",
      7,
      8,
      9,
      "日本-node",
      10,
      11,
      12,
    ]);
  });

  it("keeps judged findings in their places until it is arranged again", () => {
    const judged = withVerdict(listOf({ filter: "verdict:none" }), [2, 3], "false_positive");
    expect(ids(judged)).toHaveLength(12);
    expect(judged.items[1]).toMatchObject({ row: { verdict: "false_positive" } });
    expect(ids(arrange(judged))).not.toContain(2);
  });

  it("counts the undetermined of a group anew", () => {
    expect(withVerdict(listOf({ group: "host" }), [1, 2], "duplicate").items[0]).toMatchObject({
      label: "web-01",
      undetermined: 1,
    });
  });

  it("finds the next and the previous without a verdict, going round", () => {
    const judged = withVerdict(listOf(), [2, 3, 12], "duplicate");
    expect(undeterminedIndex(judged, 0, 1)).toBe(3);
    expect(undeterminedIndex(judged, 0, -1)).toBe(10);
    expect(undeterminedIndex(withVerdict(listOf({}, 2), [1, 2], "duplicate"), 0, 1)).toBe(-1);
  });

  it("puts the incident with the highest score first, and says so over its findings", () => {
    const rows = fakeFindings(6).map((row) => ({
      ...row,
      incident: row.id === 6 ? null : row.id % 2,
      severity: row.id % 2 === 0 ? ("critical" as const) : ("low" as const),
      tactics: row.id % 2 === 0 ? ["Execution", "Impact"] : ["Execution"],
    }));
    const list = arrange({ ...withRows(EMPTY, rows), sort: "incident", group: "incident" });
    expect(list.items.flatMap((item) => (item.kind === "group" ? [[item.label, item.remark, item.ids]] : []))).toEqual([
      ["incident 0", "score 60, critical, 2 tactics, web-01 web-02", [2, 4]],
      ["incident 1", "score 2, low, 1 tactic, web-01 web-02", [1, 3, 5]],
      ["(no incident)", "", [6]],
    ]);
  });

  it("keeps marks of findings that are still there, and takes those of the case at first", () => {
    const rows = fakeFindings(3).map((row) => ({ ...row, marked: row.id === 2 }));
    expect([...withRows(EMPTY, rows).marks]).toEqual([2]);
    const later = withRows({ ...withRows(EMPTY, rows), marks: new Set([1, 3]) }, rows.slice(0, 2));
    expect([...later.marks]).toEqual([1]);
  });
});
