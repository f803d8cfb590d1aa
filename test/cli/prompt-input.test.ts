import { describe, expect, it } from "vitest";
import { readPromptInput, toCompletions, toOneLine } from "../../src/cli/prompt-input.ts";

describe("what is entered at the prompt", () => {
  it.each([
    ["", { kind: "nothing" }],
    ["  ;", { kind: "nothing" }],
    ["help", { kind: "help" }],
    ["quit", { kind: "quit" }],
    [".why", { kind: "again", flag: "--why" }],
    [".explain", { kind: "again", flag: "--explain" }],
    [".limit 20", { kind: "limit", limit: 20 }],
    [".limit 0", { kind: "unknown", text: ".limit 0" }],
    [".drop", { kind: "unknown", text: ".drop" }],
    ["any where true", { kind: "query", text: "any where true" }],
    ["any where true;", { kind: "query", text: "any where true" }],
    ["any where", { kind: "more" }],
    ['any where process.name in ("a",', { kind: "more" }],
    ['any where process.name in ("a",\n"b")', { kind: "query", text: 'any where process.name in ("a",\n"b")' }],
    ['any where process.name : "a" and', { kind: "more" }],
    ['any where process.name : "(["', { kind: "query", text: 'any where process.name : "(["' }],
    ["any where true | head", { kind: "query", text: "any where true | head" }],
    ["any where true |", { kind: "more" }],
    ["sequence by host.id [any where true]", { kind: "more" }],
    [
      "sequence by host.id [any where true]\n[any where true]\n",
      { kind: "query", text: "sequence by host.id [any where true]\n[any where true]" },
    ],
    ["sample by a [any where b]\n[any where c];", { kind: "query", text: "sample by a [any where b]\n[any where c]" }],
    ["any where (true\n", { kind: "query", text: "any where (true" }],
  ])("%j", (entered, expected) => {
    expect(readPromptInput(entered)).toEqual(expected);
  });

  it("goes into the history on one line, comments left out", () => {
    expect(toOneLine('any where // not "b"\n  process.name == "a"')).toBe('any where process.name == "a"');
    expect(toOneLine("any where\n  (")).toBe("any where (");
  });
});

describe("completions at the prompt", () => {
  it("go on from the part before the caret", () => {
    expect(toCompletions("any where process.n", ["process.name", "process.pid"])).toEqual([
      ["process.name"],
      "process.n",
    ]);
    expect(toCompletions('any where process.name : "cu', ['"curl"', '"cut"', '"Curl"'])).toEqual([
      ['"curl"', '"cut"'],
      '"cu',
    ]);
    expect(toCompletions("any where process.name == ", ['"curl"'])).toEqual([['"curl"'], ""]);
  });

  it("show no value that a terminal would obey", () => {
    expect(toCompletions('any where process.name : "', ['"a\u202eb"', '"ab"'])).toEqual([['"ab"'], '"']);
  });
});
