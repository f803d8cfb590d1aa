import { afterEach, describe, expect, it } from "vitest";
import { settingsText, withSettings } from "../../src/tui/settings.ts";
import { cursorOf, focusedPane, initialState } from "../../src/tui/state/state.ts";
import { update } from "../../src/tui/state/update.ts";
import { fakeService } from "./fake-service.ts";
import { openScreen, type Screen, type ScreenOptions } from "./harness.ts";

const open: Screen[] = [];

async function screenOf(options: ScreenOptions = {}): Promise<Screen> {
  const screen = await openScreen({ findings: 40, ...options });
  open.push(screen);
  return screen;
}

afterEach(() => {
  for (const screen of open.splice(0)) screen.close();
});

describe("verdicts", () => {
  it("go to the finding under the cursor, which moves on to the next without one", async () => {
    const screen = await screenOf();
    await screen.press("t", "f", "k", "k", "b");
    expect(screen.service.calls).toEqual([
      "verdict true_positive 1",
      "verdict false_positive 2",
      "verdict benign_positive 1",
    ]);
    expect(cursorOf(screen.state(), "findings").index).toBe(2);
  });

  it("go to all that is marked or in the range at once, and the marks are gone", async () => {
    const screen = await screenOf();
    await screen.press("space", "j", "v", "j", "j", "d");
    expect(screen.service.calls).toEqual(["verdict duplicate 1,3,4,5"]);
    expect(screen.state().findings.marks.size).toBe(0);
    expect(screen.text()).toContain("4 findings: duplicate. w adds why, z takes it back.");
  });

  it("go to a group only when it is marked", async () => {
    const screen = await screenOf({ findings: 8 });
    await screen.press("o", "t");
    expect(screen.service.calls).toEqual([]);
    expect(screen.text()).toContain("Space marks the group first");
    await screen.press("space", "t");
    expect(screen.service.calls).toEqual(["verdict true_positive 1,5"]);
  });

  it("get a reason right after, and later that of the finding under the cursor", async () => {
    const screen = await screenOf();
    await screen.press("t", ":why a shell");
    await screen.press("k", "w", "x", "enter");
    expect(screen.service.calls).toEqual([
      "verdict true_positive 1",
      "verdict true_positive 1 a shell",
      "verdict true_positive 1 x",
    ]);
  });

  it("are took back and given again", async () => {
    const screen = await screenOf();
    await screen.press("t", "z");
    expect(screen.state().findings.rows?.[0]?.verdict).toBe("undetermined");
    expect(screen.text()).toContain("took back: verdict true_positive 1");
    await screen.press("Z");
    expect(screen.state().findings.rows?.[0]?.verdict).toBe("true_positive");
  });

  it("are refused when the case is open for reading only, as is all that changes it", async () => {
    const screen = await screenOf({ readonly: true });
    await screen.press("t", "space", "n", "z", "enter", "space");
    expect(screen.service.calls).toEqual([]);
    expect(screen.text()).toContain("This case is open for reading only.");
  });
});

describe("hints", () => {
  const hints = async (screen: Screen, ...keys: readonly string[]): Promise<string> => {
    await screen.press(...keys);
    return screen.lines().at(-1) ?? "";
  };

  it("name what works where the cursor stands", async () => {
    const screen = await screenOf({ columns: 200, rows: 50 });
    expect(await hints(screen, "enter")).toContain(" Space done  x skip ");
    const story = await hints(screen, "tab");
    expect(story).not.toContain("Space done");
    expect(story).toContain("Enter open");
    expect(await hints(screen, "}", "}")).not.toContain("Enter open");
    expect(await hints(screen, "7")).toContain(" D delete ");
    expect(await hints(screen, "}")).not.toContain("D delete");
  });

  it("offer nothing that changes a case which is open for reading only", async () => {
    const screen = await screenOf({ columns: 200, rows: 50, readonly: true });
    const list = await hints(screen, "2");
    expect(list).toContain(" v range ");
    expect(list).not.toContain("t true");
    expect(list).not.toContain("n note");
    expect(await hints(screen, "7")).not.toContain("D delete");
  });
});

describe("the list", () => {
  it("filters while it is typed, counts what is hidden, and Esc at the prompt puts the old filter back", async () => {
    const screen = await screenOf();
    await screen.press("F", ..."host:web");
    expect(screen.text()).toContain("filter: host:web · 22 of 40, 18 hidden");
    await screen.press("esc");
    expect(screen.state().findings.filter).toBe("");
    await screen.press(":filter host:web", "!");
    expect(screen.text()).toContain("filter: ! host:web · 18 of 40, 22 hidden");
    await screen.press("esc");
    expect(screen.state().findings.shown).toBe(40);
  });

  it("searches on and back, also in what has no room on the screen", async () => {
    const screen = await screenOf({ columns: 80, rows: 24 });
    await screen.press("/", ..."pty.spawn", "enter");
    expect(cursorOf(screen.state(), "findings").index).toBe(4);
    await screen.press("n");
    expect(cursorOf(screen.state(), "findings").index).toBe(10);
    await screen.press("N", "N");
    expect(cursorOf(screen.state(), "findings").index).toBe(34);
    await screen.press("esc", "n");
    expect(screen.state().prompt?.kind).toBe("note");
  });

  it("goes to the next finding without a verdict from the finding, too", async () => {
    const screen = await screenOf();
    await screen.press("enter", "t", "]");
    expect(screen.state().finding.detail?.row.id).toBe(2);
    await screen.press("[");
    expect(screen.state().finding.detail?.row.id).toBe(40);
  });

  it("quits with q on the list only, and never with Esc", async () => {
    const screen = await screenOf();
    await screen.press("esc", "4", "q");
    expect(screen.quits()).toBe(0);
    expect(screen.state().screen).toBe("findings");
    await screen.press("q");
    expect(screen.quits()).toBe(1);
  });
});

describe("the guide", () => {
  it("counts the pivots, those of the step under the cursor first", async () => {
    const screen = await screenOf();
    await screen.press("enter");
    expect([...screen.state().finding.counts]).toEqual([
      ["1-children", { count: 3, capped: false }],
      ["1-same", { count: 0, capped: false }],
      ["1-user", { count: 10_000, capped: true }],
      ["1-rare", { count: 12, capped: false }],
    ]);
  });

  it("stops counting when the finding is left", async () => {
    const screen = await screenOf({ stuck: true });
    await screen.press("enter");
    await screen.settled();
    expect(screen.service.aborted()).toBe(0);
    await screen.press("esc");
    expect(screen.service.aborted()).toBe(1);
  });

  it("ticks a step off, goes on to the next, and folds the pivots of the one that is done", async () => {
    const screen = await screenOf();
    await screen.press("enter", "j", "space");
    expect(screen.service.calls).toEqual(["step 1/step/1 done"]);
    expect(screen.text()).toContain("[✓] 1. Look at the container");
    expect(screen.text()).toContain("(2 pivots)");
    expect(screen.text()).not.toContain("Children of the process");
    expect(screen.text()).toContain("┃▸[ ] 2. Read the arguments");
    await screen.press("k", "enter");
    expect(screen.text()).toContain("Children of the process");
    await screen.press("space");
    expect(screen.service.calls).toEqual(["step 1/step/1 done", "step 1/step/1 open"]);
  });

  it("ticks the response, too, and notes a step", async () => {
    const screen = await screenOf();
    await screen.press("enter", "}", "space", "n", ..."later", "enter");
    expect(screen.service.calls).toEqual(["step 1/response/1 done", "step 1/response/2 open"]);
    expect(screen.text()).toContain("✎ later");
  });

  it("opens pivots: events, the tree, and back", async () => {
    const screen = await screenOf();
    await screen.press("enter", "j", "enter");
    expect(screen.state()).toMatchObject({
      screen: "events",
      events: { query: 'process where process.parent.entity_id == "entity-3"', known: 1_000 },
    });
    await screen.press("esc", "j", "enter");
    expect(screen.state()).toMatchObject({ screen: "tree", tree: { entity: "entity-3" } });
    await screen.press("esc", "esc");
    expect(screen.state().screen).toBe("findings");
  });
});

describe("events", () => {
  it("read a page at a time and let go of what is far away", async () => {
    const screen = await screenOf({ events: 100_000 });
    await screen.press(":query any where true");
    for (let half = 0; half < 120; half += 1) await screen.press("ctrl-d");
    expect(cursorOf(screen.state(), "events").index).toBe(120 * 16);
    expect(screen.state().events.pages.size).toBe(6);
    await screen.press("g");
    expect(screen.text()).toContain("2026-03-01 12:30:01.000");
  });

  it("are counted while the first of them are shown, and end at once where G goes", async () => {
    const screen = await screenOf({ events: 100_010 });
    await screen.press(":query any where true", "G");
    expect(screen.text()).toContain("100,010 events");
    expect(screen.text()).toContain(" 100,010/100,010 ");
    expect([...screen.state().events.pages.keys()].sort((a, b) => a - b)).toEqual([0, 499, 500]);
    for (let half = 0; half < 30; half += 1) await screen.press("ctrl-u");
    expect(cursorOf(screen.state(), "events").index).toBe(100_009 - 30 * 16);
    expect(screen.text()).not.toContain("…    ");
  });

  it("are searched in all of the answer, on and back, with the number of places", async () => {
    const screen = await screenOf({ events: 100_000 });
    await screen.press(":query any where true", "/", ..."event 70001", "enter");
    expect(screen.text()).toContain('"event 70001" is in 1 of the events; this is number 70,001.');
    expect(cursorOf(screen.state(), "events").index).toBe(70_000);
    await screen.press("n", "N");
    expect(screen.service.calls).toEqual([
      "find event 70001 beyond null",
      "find event 70001 beyond 70001",
      "find event 70001 beyond 70001 backward",
    ]);
    await screen.press("esc", "/", ..."absent", "enter");
    expect(screen.text()).toContain('"absent" is in no event of this answer, in the columns shown');
  });

  it("jump to a time within the answer, and keep the question", async () => {
    const screen = await screenOf({ events: 100_000 });
    await screen.press(":query any where true", ":time 2026-03-02");
    expect(screen.state().events).toMatchObject({ query: "any where true", from: null });
    expect(cursorOf(screen.state(), "events").index).toBe(99_999);
  });

  it("show where a query is wrong", async () => {
    const screen = await screenOf();
    await screen.press(":query process wher true");
    expect(screen.text()).toContain("        ^^^^");
    expect(screen.text()).toContain("Did you mean where?");
    await screen.press("i");
    expect(screen.state().prompt?.text).toBe("process wher true");
  });

  it("ask for the value under the cursor, and narrow a query by a top value", async () => {
    const screen = await screenOf();
    await screen.press(":query process where true", "l", "=");
    expect(screen.state().events.query).toBe('any where process.name == "sh"');
    await screen.press(':query process where user.name == "root"', "c", "enter");
    expect(screen.state().events.query).toBe('process where (user.name == "root") and host.name == "nc"');
  });

  it("cancel with Ctrl-C, and ask again afterwards", async () => {
    const screen = await screenOf({ stuck: true });
    await screen.press(":query any where true");
    expect(Object.keys(screen.state().running)).toContain("query");
    await screen.press("ctrl-c");
    expect(screen.state().running).toEqual({});
    expect(screen.service.aborted()).toBe(1);
    expect(screen.quits()).toBe(0);
    await screen.press("ctrl-c", "ctrl-c");
    expect(screen.quits()).toBe(1);
  });
});

describe("the rest", () => {
  it("saves an exception after it was told what it hides", async () => {
    const screen = await screenOf();
    await screen.press("enter", "tab", "{", "enter");
    expect(screen.text()).toContain("It hides 17 findings of 1 rule.");
    await screen.press("n");
    expect(screen.service.calls).toEqual([]);
    await screen.press("enter", "y");
    expect(screen.service.calls).toEqual(["exception this command line on this host"]);
  });

  it("limits an exception to a stage of a sequence, and saves none before it is known what it hides", async () => {
    const screen = await screenOf();
    await screen.press("j", "enter", "tab", "{", "enter");
    expect(screen.text()).toContain("when the event of any stage meets it");
    await screen.press("s", "s");
    expect(screen.text()).toContain("when the event of stage 2 meets it");
    expect(screen.text()).toContain("It hides 2 findings of 1 rule.");
    await screen.press("s");
    expect(screen.text()).toContain("when the event of any stage meets it");
    await screen.press("s", "y");
    expect(screen.service.calls).toEqual(["exception this command line on this host for stage 1"]);
  });

  it("offers no stage where the rule is no sequence", async () => {
    const screen = await screenOf();
    await screen.press("enter", "tab", "{", "enter", "s");
    expect(screen.text()).not.toContain("stage");
    expect(screen.text()).toContain("It hides 17 findings of 1 rule.");
  });

  it("copies values and documents without what is hidden in them", async () => {
    const screen = await screenOf();
    await screen.press("j", "y", "enter", "tab", "enter", "Y");
    expect(screen.copied()[0]).toBe("sh -c nmap -sS 10.0.0.0/24");
    expect(screen.copied()[1]).toMatch(/^\{\n {2}"@timestamp"/);
  });

  it("completes commands and EQL, and keeps a history", async () => {
    const screen = await screenOf();
    await screen.press(":", "g", "r", "tab");
    expect(screen.state().prompt?.text).toBe("group");
    await screen.press("space", "h", "tab", "enter");
    expect(screen.state().findings.group).toBe("host");
    await screen.press(":", "up");
    expect(screen.state().prompt?.text).toBe("group host");
    await screen.press("esc", ":", ..."query", "space", ..."proc", "tab", "tab");
    expect(screen.state().prompt?.text).toBe("query process.name");
  });

  it("takes EQL at the prompt for commands, with completion", async () => {
    const screen = await screenOf();
    await screen.press(':process where process.name == "nc"');
    expect(screen.state()).toMatchObject({
      screen: "events",
      events: { query: 'process where process.name == "nc"', known: 1_000 },
    });
    await screen.press(":sequence by host.id [any where true] [any where true]");
    expect(screen.state().events.query).toBe("sequence by host.id [any where true] [any where true]");
    await screen.press(":", ..."any", "space", ..."where", "space", ..."proc", "tab", "tab");
    expect(screen.state().prompt?.text).toBe("any where process.name");
    await screen.press("esc", ":", ..."seq", "tab");
    expect(screen.state().prompt?.text).toBe("sequence by");
  });

  it("exports what its options say, and with --shown what the list shows", async () => {
    const screen = await screenOf();
    await screen.press(':export html --severity high --rule "net tool" /tmp/a report.html');
    await screen.press("F", ..."id:39", "enter", ":export csv --shown");
    await screen.press("F", ..."nosuchtext", "enter", ":export csv --shown");
    expect(screen.service.calls).toEqual([
      'export html --severity high --rule "net tool" /tmp/a report.html',
      "export csv --finding 39",
    ]);
    expect(screen.text()).toContain("The list shows no finding to export.");
  });

  it("completes the formats and options of an export", async () => {
    const screen = await screenOf();
    const type = (text: string) => screen.press(...[...text].map((key) => (key === " " ? "space" : key)));
    await type(":export time");
    expect(screen.state().prompt?.completions).toEqual(["timesketch", "timesketch-jsonl"]);
    await type("sketch --s");
    expect(screen.state().prompt?.completions).toEqual(["--shown", "--severity", "--state", "--suppressed"]);
  });

  it("says which command it does not know, and where an export went", async () => {
    const screen = await screenOf();
    await screen.press(":rm -rf");
    expect(screen.text()).toContain('"rm" is no command (? lists them) and no EQL, such as: process where true');
    await screen.press(":export csv /tmp/out.csv");
    expect(screen.service.calls).toEqual(["export csv /tmp/out.csv"]);
    expect(screen.text()).toContain("40 findings written to /tmp/out.csv");
  });

  it("zooms a pane to the whole screen, and cycles panes and tabs", async () => {
    const screen = await screenOf();
    await screen.press("enter", "+");
    expect(screen.text()).not.toContain("Story│");
    await screen.press("tab");
    expect(focusedPane(screen.state())).toBe("story");
    await screen.press("}", "}");
    expect(screen.text()).toContain("Story│Document│[Rule]");
    await screen.press("_");
    expect(screen.text()).toContain("[Guide]");
  });

  it("keeps the cursor on its finding when another process changes the list", async () => {
    const screen = await screenOf();
    await screen.press("j", "j", "j");
    const rows = screen.state().findings.rows ?? [];
    const [next] = update(screen.state(), { type: "findings", rows: rows.slice(2) });
    expect(cursorOf(next, "findings").index).toBe(1);
  });
});

describe("settings", () => {
  const fresh = initialState({ casePath: "x", analyst: "ada", readonly: false, columns: 120, rows: 40 });

  it("bring back the screen as it was left", async () => {
    const service = fakeService({ findings: 40 });
    const first = await screenOf({ service });
    await first.press("s", "o", ":filter host:web", "j", "j", "enter");
    const text = settingsText(first.state());
    const { state, kept } = withSettings(fresh, text);
    const [loaded] = update(state, { type: "findings", rows: await service.findings() });
    const [back, effects] = update(loaded, { type: "reopen", kept });
    expect(back).toMatchObject({
      screen: "finding",
      finding: { id: first.state().finding.id },
      findings: { filter: "host:web", sort: "severity", group: "rule" },
    });
    expect(cursorOf(back, "findings").index).toBe(2);
    const id = first.state().finding.id;
    expect(effects).toEqual([
      { kind: "load-finding", id },
      { kind: "load-reasons", id },
    ]);
  });

  it.each([
    "",
    "null",
    "[1]",
    '{"screen":"nowhere","filter":7,"sort":{},"history":{"query":[1,"a"],"evil":["x"]},"columns":"no"}',
  ])("take no harm from %s", (text) => {
    const { state, kept } = withSettings(fresh, text);
    expect(kept).toEqual({ screen: null, finding: null, selected: null, query: "" });
    expect(state.findings).toMatchObject({ filter: "", sort: "time", group: "none" });
    expect(state.history["evil"]).toBeUndefined();
  });
});
