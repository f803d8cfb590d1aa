import { expect, it } from "vitest";
import { readQuery } from "../../src/eql/checker.ts";
import type { DiagnosticCode } from "../../src/eql/diagnostics.ts";
import { parseExpression, parseQuery } from "../../src/eql/parser.ts";
import { printQuery } from "../../src/eql/printer.ts";
import { fieldSchema, OPEN_SCHEMA } from "../../src/eql/schema.ts";
import type { FieldType } from "../../src/eql/types.ts";
import { withoutSpans } from "../eql/without-spans.ts";
import { describeShared, hasShared } from "../shared.ts";
import { corpusRules } from "./corpus.ts";
import { vectorCases, type VectorCase } from "./vectors.ts";

function casesOf(suite: string): readonly VectorCase[] {
  return hasShared ? vectorCases(suite) : [];
}

/** What later phases of Elasticsearch refuse too, where only the grammar accepts. */
const LATER_PHASES: readonly DiagnosticCode[] = ["join", "join-key-count", "argument-count"];

describeShared("what Elasticsearch's parser accepts", () => {
  it.each(casesOf("es-parser-accept"))("$name", ({ kind, query = "", expression = "", grammar_only: later }) => {
    const { diagnostics } = kind === "parse-query" ? parseQuery(query) : parseExpression(expression);
    const known = later === true ? diagnostics.filter(({ code }) => !LATER_PHASES.includes(code)) : diagnostics;
    expect(known).toEqual([]);
  });

  it("are 274 cases", () => {
    expect(casesOf("es-parser-accept")).toHaveLength(274);
  });
});

/** Fields of the suite, with the types that its mapping gives them. */
const FIELDS: Readonly<Record<string, FieldType | null>> = {
  process_name: "keyword",
  parent_process_name: "keyword",
  original_file_name: "keyword",
  file_name: "keyword",
  hostname: "keyword",
  bytes_written_string_list: "keyword",
  bytes_written_string: "keyword",
  md5: "keyword",
  source_address: "ip",
  pid: "long",
  ppid: "long",
  opcode: "long",
  serial_event_id: "long",
};
const SCHEMA = fieldSchema(new Map(Object.entries(FIELDS)));

/** Comparing a field with a field is an extension. */
const EXTENSIONS = ["err067", "err068", "err069"];

describeShared("what Elasticsearch refuses", () => {
  it.each(casesOf("es-errors").filter(({ name }) => !EXTENSIONS.includes(name)))(
    "$name: $query $expression",
    ({ kind, query = "", expression = "", message = "" }) => {
      const diagnostics =
        kind === "parse-query" ? readQuery(query, SCHEMA).diagnostics : parseExpression(expression).diagnostics;
      const severe = message.startsWith("Unknown column") ? "warning unknown-field" : /^(error|unsupported) /;
      expect(diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toContainEqual(
        typeof severe === "string" ? severe : expect.stringMatching(severe),
      );
    },
  );

  it.each(casesOf("es-errors").filter(({ name }) => EXTENSIONS.includes(name)))(
    "$name is an extension here: $query",
    ({ query = "" }) => {
      expect(readQuery(query, SCHEMA).diagnostics).toEqual([]);
    },
  );

  it("are 117 cases", () => {
    expect(casesOf("es-errors")).toHaveLength(117);
  });
});

describeShared("the public rules", () => {
  const detection = corpusRules("detection-rules");
  const endpoint = corpusRules("protections-artifacts");
  const searching = endpoint.filter(({ query }) => query.toLowerCase().includes("_arraysearch"));
  const readable = [...detection, ...endpoint.filter((rule) => !searching.includes(rule))];

  it("are 815 and 1,025, 144 of them with _arraysearch", () => {
    expect([detection.length, endpoint.length, searching.length]).toEqual([815, 1025, 144]);
  });

  it("are all read and pass the checker", () => {
    const refused = readable.flatMap(({ path, query }) => {
      const { diagnostics } = readQuery(query, OPEN_SCHEMA);
      return diagnostics.length === 0 ? [] : [[path, diagnostics[0]?.message]];
    });
    expect(refused).toEqual([]);
  });

  it("with _arraysearch are told apart as unsupported, by one remark per use", () => {
    for (const { query } of searching) {
      const { diagnostics } = parseQuery(query);
      expect(new Set(diagnostics.map(({ code, severity }) => `${severity} ${code}`))).toEqual(
        new Set(["unsupported array-search"]),
      );
    }
  });

  it("are printed so that they parse to the same tree", () => {
    for (const { path, query } of readable) {
      const tree = parseQuery(query).query;
      const printed = tree === null ? "" : printQuery(tree);
      expect([path, withoutSpans(parseQuery(printed).query)]).toEqual([path, withoutSpans(tree)]);
    }
  });
});
