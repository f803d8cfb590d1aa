import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvSplitter, parseCsvHeader, parseCsvRecord } from "../../../src/ingest/formats/csv.ts";
import { cutEveryWay, cutInPieces } from "./cut.ts";
import { read } from "./read.ts";

const cut = (input: string) => cutEveryWay((state) => csvSplitter(state), input);

describe("records of CSV", () => {
  test("quoted cells hold delimiters, line ends and doubled quotes", () => {
    const context = { columns: ["a", "b"], delimiter: "," };
    expect(cut('\ufeff"a",b\r\n1,"x,\n""y"""\r\n\r\n3,4')).toEqual([
      { line: 2, text: '1,"x,\n""y"""\r\n', context },
      { line: 4, text: "\r\n" },
      { line: 5, text: "3,4", context },
    ]);
  });

  test("a quote inside a cell that is not quoted is a sign like any other", () => {
    expect(cut('a,b\n5" disk,2\nx,y\n').map(({ text }) => text)).toEqual(['5" disk,2\n', "x,y\n"]);
  });

  test("the end of the input within a quoted cell", () => {
    expect(cut('a,b\n1,"x\n').map(({ rejected }) => rejected)).toEqual(["truncated"]);
  });

  test.each([
    ["a;b;c,d", ";", ["a", "b", "c,d"]],
    ["a\tb", "\t", ["a", "b"]],
    ['"a,b;c",d', ",", ["a,b;c", "d"]],
    [",a", ",", ["", "a"]],
  ])("the header %j is delimited by %j", (header, delimiter, columns) => {
    expect(parseCsvHeader(header)).toEqual({ columns, delimiter });
  });

  test.each([
    ["", [""]],
    ["a,", ["a", ""]],
    [",", ["", ""]],
    ['""', [""]],
    ['"a"x,b', null],
    ['"a', null],
  ])("the cells of %j", (record, cells) => {
    expect(parseCsvRecord(record, ",")).toEqual(cells);
  });

  test("any cells come back as they were", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r", ";", "é") });
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { maxLength: 5 }), (rows) => {
        const text = `h,i\n${rows.map((row) => `${row.map(quote).join(",")}\n`).join("")}`;
        const cuts = cutInPieces((state) => csvSplitter(state), Buffer.from(text), 3, true);
        expect(cuts.map((record) => parseCsvRecord(record.text, ","))).toEqual(rows);
      }),
    );
  });
});

describe("reports of Kibana", () => {
  test("no value, empty text, numbers with separators, lists", () => {
    const { events, rejected } = read(
      "@timestamp,event.type,process.pid,process.name,user.name,host.ip,message,event.risk_score\n" +
        '2022-01-01,"start, info","12,641",-,(empty),"10.0.0.1, ::1","a, b","1,234.5"\n' +
        "2022-01-01,start\n",
    );
    expect(events).toEqual([
      {
        "@timestamp": "2022-01-01",
        "event.type": ["start", "info"],
        "process.pid": 12641,
        "user.name": "",
        "host.ip": ["10.0.0.1", "::1"],
        message: "a, b",
        "event.risk_score": 1234.5,
      },
    ]);
    expect(rejected).toEqual(["3: csv-columns"]);
  });
});
