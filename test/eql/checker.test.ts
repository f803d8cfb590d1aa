import { describe, expect, it } from "vitest";
import { readQuery } from "../../src/eql/checker.ts";
import { fieldSchema, OPEN_SCHEMA, type Schema } from "../../src/eql/schema.ts";
import type { FieldType } from "../../src/eql/types.ts";
import { marked } from "./marked.ts";

const TYPES: Readonly<Record<string, FieldType | null>> = {
  name: "keyword",
  "user.name": "keyword",
  pid: "long",
  ppid: "long",
  load: "double",
  on: "boolean",
  "@timestamp": "date",
  address: "ip",
  release: "version",
  loose: null,
};
const SCHEMA = fieldSchema(new Map(Object.entries(TYPES)), ["process", "network", "file"]);

function remarks(text: string, schema: Schema = SCHEMA): string[] {
  return readQuery(text, schema).diagnostics.map(({ severity, code }) => `${severity} ${code}`);
}

describe("a right query", () => {
  it.each([
    'name == "a" and pid > 5 and load <= 2 and on and on == false and @timestamp > "2020-01-01"',
    'cidrMatch(address, "10.0.0.0/8", "::1") and address == "10.0.0.1" and address in ("10.0.0.0/8")',
    'release > "1.2" and length(name) == 3 and substring(name, 1, null) : "x*" and concat(name, pid, on) == "x"',
    "name == user.name and pid == ppid and startsWith~(name, user.name)",
    'name == 5 and name >= 1000 and name in (0, 1) and pid == "5" and on == "true"',
    'loose == 1 and loose : "x" and loose and length(loose) == 1 and cidrMatch(loose, "10.0.0.0/8") and -loose < 1',
    "(pid + 1) * 2 % 3 == ppid - -1 and add(pid, 1.5) < load",
    "name == null and null != pid and not null",
    'cidrMatch("10.0.0.1", "10.0.0.0/8") == true and ?nosuch == 1',
    "descendant of [process where pid == 1]",
  ])("has no remarks: %s", (condition) => {
    expect(remarks(`any where ${condition}`)).toEqual([]);
  });

  it("comes with the fields it reads and the types of its parts", () => {
    const { checked } = readQuery('sequence by user.name [any where pid == 1] [any where loose : "x"]', SCHEMA);
    expect([...(checked?.fields ?? [])].sort()).toEqual([
      ["loose", null],
      ["pid", "long"],
      ["user.name", "keyword"],
    ]);
    expect([...(checked?.types ?? [])].map(([{ kind }, type]) => [kind, type])).toContainEqual([
      "comparison",
      "boolean",
    ]);
  });
});

describe("a mistake", () => {
  it.each<[string, string, string]>([
    ["any where «nosuch»() == 1", "unknown-function", "unknown function `nosuch`"],
    ["any where «length~»(name) == 1", "no-tilde-variant", "`length` has no case-insensitive variant `length~`"],
    ["any where «length()» == 1", "argument-count", "`length` takes exactly 1 argument, found 0"],
    ["any where «substring(name)» == 1", "argument-count", "`substring` takes 2 to 3 arguments, found 1"],
    ["any where «cidrMatch(address)»", "argument-count", "`cidrMatch` takes at least 2 arguments, found 1"],
    [
      "any where length(«pid») == 1",
      "argument-type",
      "the first argument of `length` must be a string, found an integer",
    ],
    [
      "any where startsWith(name, «1»)",
      "argument-type",
      "the second argument of `startsWith` must be a string, found an integer",
    ],
    [
      'any where between(name, "a", "b", «"true"») == name',
      "argument-type",
      "the fourth argument of `between` must be a boolean, found a string",
    ],
    [
      "any where number(name, «1.0») == 1",
      "argument-type",
      "the second argument of `number` must be an integer, found a decimal number",
    ],
    [
      'any where cidrMatch(«name», "::/0")',
      "argument-type",
      "the first argument of `cidrMatch` must be an IP address, found a string",
    ],
    [
      "any where cidrMatch(address, «name»)",
      "argument-not-constant",
      "the second argument of `cidrMatch` must be a constant",
    ],
    ['any where cidrMatch(address, «"10.0.0.0/33"»)', "invalid-cidr", '"10.0.0.0/33" is no block of addresses'],
    ["any where «name» + 1 == 2", "operand-type", "`+` needs a number, found a string"],
    ["any where -«on» == 2", "operand-type", "`-` needs a number, found a boolean"],
    ["any where «name»", "condition-not-boolean", "a condition must be true or false, found a string"],
    ["any where not «5»", "condition-not-boolean", "a condition must be true or false, found an integer"],
    ["any where on and «pid»", "condition-not-boolean", "a condition must be true or false, found an integer"],
    ['any where «pid» : "5"', "pattern-operand", "`:` needs a string on its left, found an integer"],
    ["any where name like «5»", "pattern-type", "`like` takes strings on its right, found an integer"],
    ['any where name regex «"a("»', "invalid-regex", "invalid regular expression: a parenthesis that is not closed"],
    [
      'any where name regex~ ("a", «"a~b"»)',
      "unsupported-regex",
      "regular expression: the operator ~ (complement) is not supported; write \\~ for the character",
    ],
  ])("is reported at its place: %s", (source, code, message) => {
    const { text, spans } = marked(source);
    const { checked, diagnostics } = readQuery(text, SCHEMA);
    expect(checked).toBeNull();
    expect(diagnostics.map((one) => [one.code, one.message, [one.span.start, one.span.end]])).toEqual([
      [code, message, spans[0]],
    ]);
  });

  it("in a type that only the data tells is none", () => {
    expect(remarks("any where length(pid) == 1 and name", OPEN_SCHEMA)).toEqual([]);
  });

  it("names what replaces a function of the older dialect", () => {
    const hint = (text: string): string | null | undefined => readQuery(text, SCHEMA).diagnostics[0]?.hint;
    expect(hint('any where wildcard(name, "x*")')).toBe("use the operator `:` or `like`");
    expect(hint('any where match(name, "x")')).toBe("use the operator `regex`");
    expect(hint('any where startWith(name, "x")')).toBe("did you mean `startsWith`?");
    expect(hint('any where address : "10.*"')).toBe('use `cidrMatch(field, "10.0.0.0/8")`');
  });

  it("does not hide the others", () => {
    expect(remarks('any where pid : "x" and nosuch(1) and -name == 1 and missing == 1')).toEqual([
      "error pattern-operand",
      "error unknown-function",
      "error operand-type",
      "warning unknown-field",
    ]);
    expect(remarks("sequence [any where -name == 1] [any where -name == 2] until [any where -name == 3]")).toHaveLength(
      3,
    );
    expect(remarks("any where descendant of [process where -name == 1]")).toEqual(["error operand-type"]);
  });
});

describe("a warning", () => {
  it.each<[string, string, string]>([
    ["any where «nam» == 1", "unknown field `nam`: it is missing in every event", "did you mean `name`?"],
    ["«proces» where true", "unknown event category `proces`", "did you mean `process`?"],
  ])("suggests names: %s", (source, message, hint) => {
    const { text, spans } = marked(source);
    const { checked, diagnostics } = readQuery(text, SCHEMA);
    expect(checked).not.toBeNull();
    expect(diagnostics.map((one) => [one.severity, one.message, one.hint, [one.span.start, one.span.end]])).toEqual([
      ["warning", message, hint, spans[0]],
    ]);
  });

  it("tells how many events carry the suggested fields, where that is known", () => {
    const schema: Schema = {
      ...SCHEMA,
      suggestions: () => [
        { name: "name", events: 120 },
        { name: "user.name", events: 7 },
      ],
    };
    expect(readQuery("any where nam == 1", schema).diagnostics[0]?.hint).toBe(
      "did you mean `name` or `user.name`? (events with it: name: 120, user.name: 7)",
    );
  });

  it.each<[string, string]>([
    ['any where pid == «"x"»', "the two sides can never be equal: an integer and a string"],
    ["any where on == «1»", "the two sides can never be equal: a boolean and an integer"],
    ['any where @timestamp > «"yesterday"»', "the two sides can never be equal: a date and a string"],
    [
      'any where address in ("10.0.0.1", «"example.org"»)',
      "the two sides can never be equal: an IP address and a string",
    ],
    ["any where pid == «address»", "the two sides can never be equal: an integer and an IP address"],
    ["sequence [any where true] by name [any where true] by «address» until [any where true] by release", ""],
    [
      "sequence [any where true] by pid [any where true] by «address»",
      "join keys of different types never join: an integer in the first stage, an IP address here",
    ],
  ])("tells what can never hold: %s", (source, message) => {
    const { text, spans } = marked(source);
    const { checked, diagnostics } = readQuery(text, SCHEMA);
    expect(checked).not.toBeNull();
    expect(diagnostics.map((one) => [one.message, [one.span.start, one.span.end]])).toEqual(
      message === "" ? [] : [[message, spans[0]]],
    );
  });
});
