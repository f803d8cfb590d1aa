import { describe, expect, it } from "vitest";
import { clipboardSequence } from "../../../src/tui/clipboard.ts";
import { formatClock, formatCount, formatDuration, formatExactTime, formatTime } from "../../../src/tui/format.ts";
import { keysOf } from "../../../src/tui/keys.ts";
import { equals } from "../../../src/tui/state/commands/ask.ts";
import { parseSpan, parseTime } from "../../../src/tui/state/duration.ts";
import { PAGE, eventAt, wantedPage, withPage } from "../../../src/tui/state/events.ts";
import { parseJsonTree, toggleFold } from "../../../src/tui/state/json-tree.ts";
import { scrolled } from "../../../src/tui/state/move.ts";
import { emptyEvents, type EventsState } from "../../../src/tui/state/state.ts";
import { bucketCounts } from "../../../src/tui/state/timeline.ts";
import { layTree } from "../../../src/tui/state/tree.ts";
import { histogramBars, progressBar, resample } from "../../../src/tui/widgets/histogram.ts";
import { column, fitColumns, rowLine } from "../../../src/tui/widgets/table.ts";
import type { EventRow, TreeNode } from "../../../src/triage/types.ts";

const NO_KEY = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

describe("keys", () => {
  it("have names", () => {
    expect(keysOf("j", NO_KEY)).toEqual(["j"]);
    expect(keysOf(" ", NO_KEY)).toEqual(["space"]);
    expect(keysOf("", { ...NO_KEY, downArrow: true })).toEqual(["down"]);
    expect(keysOf("d", { ...NO_KEY, ctrl: true })).toEqual(["ctrl-d"]);
    expect(keysOf("", { ...NO_KEY, tab: true, shift: true })).toEqual(["shift-tab"]);
    expect(keysOf("b", { ...NO_KEY, meta: true })).toEqual(["alt-b"]);
  });

  it("are told apart when many come at once", () => {
    expect(keysOf(":q a\r\x03日", NO_KEY)).toEqual([":", "q", "space", "a", "enter", "ctrl-c", "日"]);
  });
});

describe("times", () => {
  it("are written in UTC, to the digit that fits", () => {
    expect(formatTime(1_772_368_200_123_456_789n)).toBe("2026-03-01 12:30:00.123");
    expect(formatExactTime(1_772_368_200_123_456_789n)).toBe("2026-03-01T12:30:00.123456789Z");
    expect(formatClock(1_772_368_200_000_000_000n)).toBe("12:30:00.000");
    expect(formatTime(null)).toBe("-");
    expect(formatTime(-1n)).toBe("1969-12-31 23:59:59.999");
    expect(formatTime(9_223_372_036_854_775_807n)).toBe("2262-04-11 23:47:16.854");
  });

  it("are read as people type them", () => {
    expect(parseTime("2026-03-01 12:30")).toBe(1_772_368_200_000_000_000n);
    expect(parseTime("2026-03-01T12:30:00.5Z")).toBe(1_772_368_200_500_000_000n);
    expect(parseTime("2026-03-01")).toBe(1_772_323_200_000_000_000n);
    expect(parseTime("yesterday")).toBeNull();
    expect(parseTime("2026-13-01")).toBeNull();
    expect([parseSpan("90s"), parseSpan("5m"), parseSpan("2 h"), parseSpan("5"), parseSpan("m")]).toEqual([
      90_000_000_000n,
      300_000_000_000n,
      7_200_000_000_000n,
      null,
      null,
    ]);
  });

  it("have lengths of two units", () => {
    expect([0n, 1_500_000_000n, 7_500_000_000_000n, 90_000_000_000_000n, -61_000_000_000n].map(formatDuration)).toEqual(
      ["0s", "1s 500ms", "2h 5m", "1d 1h", "1m 1s"],
    );
    expect([0, 999, 1_000, 1_234_567].map(formatCount)).toEqual(["0", "999", "1,000", "1,234,567"]);
  });
});

describe("the clipboard", () => {
  const read = (sequence: string | null): string =>
    Buffer.from(/52;c;([^\x07]*)/.exec(sequence ?? "")?.[1] ?? "", "base64").toString();

  it("gets the text without what an attacker hid in it", () => {
    expect(clipboardSequence("a", {})).toBe("\x1b]52;c;YQ==\x07");
    expect(read(clipboardSequence("one\x1b[31m\ntwo\u202e", {}))).toBe("one␛[31m\ntwo<U+202E>");
  });

  it("is reached through tmux and screen", () => {
    expect(clipboardSequence("a", { TMUX: "/tmp/tmux-0/default,1,0" })).toBe("\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\");
    expect(clipboardSequence("a", { TERM: "screen-256color" })).toBe("\x1bP\x1b]52;c;YQ==\x07\x1b\\");
  });

  it("is not sent what terminals refuse", () => {
    expect(clipboardSequence("x".repeat(74_000), {})).not.toBeNull();
    expect(clipboardSequence("x".repeat(74_001), {})).toBeNull();
  });
});

describe("conditions made of a value", () => {
  it("quote what the value says, so that it cannot end the text", () => {
    expect(equals("user.name", 'a" or true or "\\')).toBe('user.name == "a\\" or true or \\"\\\\"');
    expect(equals("process.name", "a\nb\x1b")).toBe('process.name == "a\\nb\\u{1b}"');
    expect(equals("process.pid", "42")).toBe("process.pid == 42");
    expect(equals("labels.my field", "x")).toBe('`labels.my field` == "x"');
    expect(equals("user.id", "0")).toBe('user.id == "0"');
  });
});

describe("cursors", () => {
  it("scroll a list no more than they must", () => {
    expect(scrolled({ index: 5, top: 0 }, 100, 10)).toEqual({ index: 5, top: 0 });
    expect(scrolled({ index: 10, top: 0 }, 100, 10)).toEqual({ index: 10, top: 1 });
    expect(scrolled({ index: 3, top: 20 }, 100, 10)).toEqual({ index: 3, top: 3 });
    expect(scrolled({ index: 500, top: 0 }, 100, 10)).toEqual({ index: 99, top: 90 });
    expect(scrolled({ index: 0, top: 0 }, 0, 10)).toEqual({ index: 0, top: 0 });
  });
});

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

describe("documents", () => {
  const tree = parseJsonTree('{"a":{"b":[1,"x"]},"c":null,"d":{}}');

  it("are lines with dotted fields", () => {
    expect(
      tree.lines.map((line) => `${"  ".repeat(line.depth)}${line.label}${line.text} ${line.field}=${line.value ?? ""}`),
    ).toEqual([
      "{ =",
      '  "a": { a=',
      '    "b": [ a.b=',
      "      1 a.b=1",
      '      "x" a.b=x',
      "    ] a.b=",
      "  } a=",
      '  "c": null c=',
      '  "d": {} d=',
      "} =",
    ]);
  });

  it("fold at either end, and keep what is folded inside", () => {
    const opened = tree.lines[2];
    const outer = tree.lines[6];
    if (opened === undefined || outer === undefined) throw new Error("no such line");
    const inner = toggleFold(tree, opened);
    expect(inner.lines.map((line) => line.text)).toEqual(["{", "{", "[", "}", "null", "{}", "}"]);
    const both = toggleFold(inner, outer);
    expect(both.lines.map((line) => line.text)).toEqual(["{", "{", "null", "{}", "}"]);
    expect(toggleFold(both, outer).lines.map((line) => line.text)).toEqual(inner.lines.map((line) => line.text));
  });

  it("may be nested deeper than the stack, and may be no JSON", () => {
    const depth = 50_000;
    expect(parseJsonTree(`${"[".repeat(depth)}1${"]".repeat(depth)}`).lines).toHaveLength(2 * depth + 1);
    expect(parseJsonTree("not json\n\x1b").lines.map((line) => line.text)).toEqual(["not json", "\x1b"]);
  });
});

describe("the process tree", () => {
  const node = (entity: string, children: readonly TreeNode[] = []): TreeNode => ({
    entity,
    name: entity,
    executable: null,
    commandLine: null,
    user: null,
    pid: null,
    start: null,
    end: null,
    exitCode: null,
    startEvent: null,
    network: 0,
    files: 0,
    other: 0,
    findings: [],
    children,
    hiddenChildren: 0,
    focus: false,
  });

  it("is lines with rails, and folds", () => {
    const root = node("a", [node("b", [node("c")]), node("d")]);
    const tree = layTree({ entity: "a", root, missing: false, folded: new Set(), lines: [] });
    expect(tree.lines.map((line) => line.rails + line.node.entity)).toEqual(["a", "├─b", "│ └─c", "└─d"]);
    expect(layTree({ ...tree, folded: new Set(["b"]) }).lines.map((line) => line.node.entity)).toEqual(["a", "b", "d"]);
  });

  it("may be as deep as a fork bomb", () => {
    let deep = node("0");
    for (let at = 1; at < 20_000; at += 1) deep = node(String(at), [deep]);
    expect(layTree({ entity: "0", root: deep, missing: false, folded: new Set(), lines: [] }).lines).toHaveLength(
      20_000,
    );
  });
});

describe("small pictures", () => {
  it("show every count above nothing", () => {
    expect(histogramBars([0, 1, 1000], 3)).toBe(" ▁█");
    expect(resample([1, 2, 3, 4], 2)).toEqual([3, 7]);
    expect(resample([], 2)).toEqual([0, 0]);
    expect(progressBar(1, 4, 8)).toBe("██░░░░░░");
    expect(progressBar(0, 0, 4)).toBe("░░░░");
  });

  it("count a range into equal parts, both ends in", () => {
    const entry = (time: bigint | null) => ({
      time,
      kind: "event" as const,
      event: null,
      finding: null,
      gapNs: null,
      text: "",
    });
    expect(bucketCounts([entry(0n), entry(4n), entry(9n), entry(null), entry(20n)], [0n, 9n], 2)).toEqual([2, 1]);
  });
});

describe("tables", () => {
  const columns = [
    column<string>("a", { min: 4 }, (row) => row),
    column<string>("b", { min: 4, grow: 1, drop: 1 }, (row) => row),
    column<string>("c", { min: 4, grow: 3, drop: 2, max: 10 }, (row) => row),
  ];

  it("give the spare room to the columns that can use it, and drop the least wanted where there is none", () => {
    expect(fitColumns(columns, 30).map((one) => one.width)).toEqual([4, 14, 10]);
    expect(fitColumns(columns, 10).map((one) => one.column.title)).toEqual(["a", "b"]);
    expect(fitColumns(columns, 3).map((one) => one.width)).toEqual([3]);
  });

  it("make rows of exactly their width", () => {
    const fitted = fitColumns(columns, 20);
    expect(
      rowLine(fitted, "日本語テスト")
        .map((part) => part.text)
        .join("").length,
    ).toBeGreaterThan(0);
    expect(
      rowLine(fitted, "x")
        .map((part) => part.text)
        .join(""),
    ).toHaveLength(20);
  });
});
