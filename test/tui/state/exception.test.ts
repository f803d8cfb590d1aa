import { describe, expect, it } from "vitest";
import { saveQuestion, sequenceStages, withNextStage } from "../../../src/tui/state/exception.ts";
import { dialogKey } from "../../../src/tui/state/dialog.ts";
import { initialState } from "../../../src/tui/state/state.ts";
import { fakeService } from "../fake-service.ts";

const state = initialState({ casePath: "a.case", analyst: "ada", readonly: false, columns: 80, rows: 24 });
const draft = { name: "ci", condition: "true", rules: ["one", "two"], stage: null, stages: [1, 3] };

describe("the stage of an exception", () => {
  it("can be any that has an event, of a sequence whose stages have one each", async () => {
    const detail = await fakeService().finding(2);
    const stages = (query: string): readonly number[] => sequenceStages({ ...detail, rule: { ...detail.rule, query } });
    expect(stages("sequence [a where true] [b where true]")).toEqual([1, 2]);
    expect(stages(" // two\n/* and\nmore */sequence by x [a where true] [b where true]")).toEqual([1, 2]);
    expect(stages("sequence [a where true] with runs=2")).toEqual([]);
    expect(stages("sample by x [a where true] [b where true]")).toEqual([]);
    expect(stages("any where sequence == 1")).toEqual([]);
    const events = detail.events.map((event, at) => (at === 0 ? { ...event, missing: true, event: null } : event));
    expect(sequenceStages({ ...detail, events })).toEqual([2]);
    expect(sequenceStages({ ...detail, events: events.slice(1) })).toEqual([]);
  });

  it("goes round, beginning and ending with any", () => {
    const first = withNextStage(draft);
    const second = withNextStage(first);
    expect([first, second, withNextStage(second)].map(({ stage }) => stage)).toEqual([1, 3, null]);
  });

  it("is not saved while what it hides is being counted, and the count ends with the question", () => {
    const asking = { ...state, dialog: saveQuestion(draft, null) };
    expect(dialogKey(asking, asking.dialog, "y")).toEqual([asking, []]);
    expect(dialogKey(asking, asking.dialog, "n")).toEqual([state, [{ kind: "cancel", slot: "blast" }]]);
    expect(dialogKey(asking, asking.dialog, "s")[1]).toEqual([{ kind: "blast", draft: { ...draft, stage: 1 } }]);
  });

  it("is told with what it hides, and with what only the next hunt can tell", () => {
    const blast = { findings: 1, rules: 1, truePositives: 0, undecided: 1 };
    expect(saveQuestion({ ...draft, stage: 3 }, blast)).toMatchObject({
      lines: [
        "ci",
        "true",
        "for one, two",
        "when the event of stage 3 meets it",
        "It hides 1 finding of 1 rule.",
        "1 large group is judged at the next hunt.",
      ],
    });
  });
});
