import { describe, expect, it } from "vitest";
import { arithmetic, negate } from "../../src/eql/arithmetic.ts";
import { compareScalars, compareStrings, numberOf } from "../../src/eql/compare.ts";
import { formatDate, parseDate } from "../../src/eql/date-text.ts";
import { foldAscii } from "../../src/base/fold-ascii.ts";
import { parseIp } from "../../src/eql/ip-address.ts";
import { stringForm, type Value } from "../../src/eql/values.ts";
import { compareVersions } from "../../src/eql/version-order.ts";

function ip(text: string): Value {
  const bytes = parseIp(text);
  if (bytes === null) throw new Error(text);
  return { kind: "ip", bytes };
}

function date(text: string): Value {
  const ns = parseDate(text);
  if (ns === null) throw new Error(text);
  return { kind: "date", ns };
}

function version(text: string): Value {
  return { kind: "version", text };
}

describe("comparison", () => {
  it.each<[Value, Value, boolean]>([
    ["a", "a", true],
    ["a", "A", false],
    [1n, 1, true],
    [9007199254740993n, 9007199254740992, false],
    [1n, true, false],
    ["5", 5n, true],
    ["5.0", 5n, true],
    [" 5", 5n, false],
    ["", 0n, false],
    ["0x5", 5n, false],
    ["true", true, true],
    ["1", true, false],
    [ip("10.0.0.1"), "10.0.0.1", true],
    [ip("10.0.0.1"), "::ffff:10.0.0.1", true],
    [ip("10.0.0.1"), "10.0.0.0/8", true],
    [ip("10.0.0.1"), "11.0.0.0/8", false],
    [ip("10.0.0.1"), "example", false],
    [ip("10.0.0.1"), 167772161n, false],
    [date("2017-08-30T20:47:33Z"), "2017-08-30T22:47:33+02:00", true],
    [date("2018-01-16T15:33:28.349Z"), 1516116808349n, true],
    [date("2018-01-16T15:33:28.349Z"), "1516116808349", true],
    [date("2018-01-16"), "yesterday", false],
    [version("1.0"), "1.0", true],
    [version("1.0"), "1.0.0", false],
    [version("1.0"), 1, false],
  ])("%o == %o is %s, either way round", (a, b, equal) => {
    expect(compareScalars("==", a, b)).toBe(equal);
    expect(compareScalars("==", b, a)).toBe(equal);
    expect(compareScalars("!=", a, b)).toBe(!equal);
  });

  it.each<[Value, Value]>([
    [1n, 1.5],
    ["a", "b"],
    ["Z", "a"],
    ["9", 10n],
    ["\uffff", "\u{10000}"],
    ["a", "a\u0000"],
    [ip("9.0.0.0"), "10.0.0.0"],
    [date("2017-08-30T20:47:32.999999999Z"), "2017-08-30T20:47:33Z"],
    [version("1.5.0"), "1.11.3"],
    [version("1.0.0-rc.1"), "1.0.0"],
    [version("2.0"), version("not a version")],
    [false, true],
  ])("%o < %o, and not the other way round", (a, b) => {
    expect(compareScalars("<", a, b)).toBe(true);
    expect(compareScalars("<=", a, b)).toBe(true);
    expect(compareScalars(">", a, b)).toBe(false);
    expect(compareScalars(">=", a, b)).toBe(false);
    expect(compareScalars(">", b, a)).toBe(true);
  });

  it("is null with null, and for an order that does not exist", () => {
    expect(compareScalars("==", null, null)).toBeNull();
    expect(compareScalars("<", 1n, null)).toBeNull();
    expect(compareScalars("<", 1n, true)).toBeNull();
    expect(compareScalars("<=", "abc", 1n)).toBeNull();
    expect(compareScalars(">=", Number.NaN, 1n)).toBeNull();
    expect(compareScalars("==", Number.NaN, Number.NaN)).toBe(false);
  });

  it("of strings is by code point, as UTF-8 sorts", () => {
    const sorted = ["", "a", "a\u0000", "b", "\ue000", "\uffff", "\u{10000}", "\u{1f4a9}"];
    expect([...sorted].reverse().sort(compareStrings)).toEqual(sorted);
  });

  it("reads numbers in decimal notation only", () => {
    expect(["7", "-7", "+7", "7.5", ".5", "7.", "1e3", "9223372036854775808"].map(numberOf)).toEqual([
      7n,
      -7n,
      7n,
      7.5,
      0.5,
      7,
      1000,
      9223372036854775808n,
    ]);
    expect(["", "x", "7x", "0x7", "Infinity", "1_000", " 7"].map(numberOf)).toEqual(Array(7).fill(null));
  });
});

describe("versions", () => {
  it("sort by meaning, what is none last", () => {
    const sorted = [
      "1.0.0-alpha",
      "1.0.0-alpha.1",
      "1.0.0-alpha.beta",
      "1.0.0-rc.2",
      "1.0.0-rc.11",
      "1.0.0",
      "1.5.0",
      "1.11.3",
      "2",
      "10",
      "x",
      "y",
    ];
    expect([...sorted].reverse().sort(compareVersions)).toEqual(sorted);
  });
});

describe("dates", () => {
  it.each([
    ["1970-01-01T00:00:00Z", 0n],
    ["1970-01-01", 0n],
    ["1970", 0n],
    ["1970-01-01T00:00:00.000000001Z", 1n],
    ["1974-03-03T02:22:54.294365140Z", 131509374294365140n],
    ["1970-01-01T02:00:00+02:00", 0n],
    ["1969-12-31T23:59:59.5Z", -500_000_000n],
    ["86400000", 86400000n * 1_000_000n],
  ])("%s", (text, ns) => {
    expect(parseDate(text)).toBe(ns);
  });

  it.each(["", "2020-13-01", "2020-02-30", "2020-01-01T24:00:00Z", "2020-01-01T00:00:00+99:00", "01/02/2020", "now"])(
    "%j is none",
    (text) => {
      expect(parseDate(text)).toBeNull();
    },
  );

  it("are written in UTC, with nanoseconds only where there are any", () => {
    expect(formatDate(1516116808349_000_000n)).toBe("2018-01-16T15:33:28.349Z");
    expect(formatDate(1516116808349_000_001n)).toBe("2018-01-16T15:33:28.349000001Z");
    expect(formatDate(-1n)).toBe("1969-12-31T23:59:59.999999999Z");
  });
});

describe("text of a value", () => {
  it.each<[Value, string]>([
    ["x", "x"],
    [42n, "42"],
    [42.5, "42.5"],
    [4, "4.0"],
    [-0, "-0.0"],
    [1e7, "1.0E7"],
    [12345678.5, "1.23456785E7"],
    [0.001, "0.001"],
    [0.00012, "1.2E-4"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [true, "true"],
    [ip("::ffff:10.0.0.1"), "10.0.0.1"],
    [version("1.0"), "1.0"],
    [date("2018-01-16"), "2018-01-16T00:00:00.000Z"],
  ])("%o is %s", (value, text) => {
    expect(stringForm(value)).toBe(text);
  });
});

describe("arithmetic", () => {
  it("keeps integers whole and truncates", () => {
    expect(arithmetic("/", 7n, 3n)).toBe(2n);
    expect(arithmetic("/", -7n, 2n)).toBe(-3n);
    expect(arithmetic("%", -7n, 3n)).toBe(-1n);
    expect(arithmetic("/", 7n, 2)).toBe(3.5);
    expect(arithmetic("*", 9007199254740993n, 3n)).toBe(27021597764222979n);
  });

  it("is null where Elasticsearch stops with an error", () => {
    expect(arithmetic("/", 1n, 0n)).toBeNull();
    expect(arithmetic("%", 1n, 0n)).toBeNull();
    expect(arithmetic("+", 9223372036854775807n, 1n)).toBeNull();
    expect(negate(-9223372036854775808n)).toBeNull();
    expect(arithmetic("+", "1", 1n)).toBeNull();
    expect(arithmetic("/", 1n, 0.0)).toBe(Number.POSITIVE_INFINITY);
  });

  it("is null with null", () => {
    expect(arithmetic("+", null, 1n)).toBeNull();
    expect(negate(null)).toBeNull();
  });
});

describe("folding", () => {
  it("changes A-Z and nothing else", () => {
    const all = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit)).join("");
    const folded = foldAscii(all);
    for (let unit = 0; unit < 0x10000; unit += 1) {
      const expected = unit >= 0x41 && unit <= 0x5a ? unit + 32 : unit;
      if (folded.charCodeAt(unit) !== expected) expect.fail(`U+${unit.toString(16)}`);
    }
    expect(folded).toHaveLength(0x10000);
  });
});
