import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { memoryIo } from "./memory-io.ts";

const GOOD = `{"@timestamp":"2026-01-31T10:00:00Z","event":{"id":"1","sequence":1},"host":{"name":"web"},"process":{"name":"nc"}}`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function eqlite(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = memoryIo({ cwd: folder, env: { EQLITE_CASE: "a.case" }, stdin: `${GOOD}\n` });
  return { code: await runCli(argv, io), out: io.out(), err: io.err() };
}

const write = (name: string, ...lines: string[]): void => writeFileSync(path.join(folder, name), lines.join("\n"));

describe("eqlite load", () => {
  it("ends with 0 and accounts for the file as JSON", async () => {
    write("a.ndjson", GOOD, "", GOOD);
    const { code, out, err } = await eqlite("load", "a.ndjson", "--json");
    expect([code, err]).toEqual([0, ""]);
    const { sources } = JSON.parse(out) as { sources: Record<string, unknown>[] };
    expect(sources).toMatchObject([
      {
        format: "ndjson",
        members: 1,
        documents: 3,
        events: 1,
        duplicates: 1,
        rejected: 0,
        blank: 1,
        status: "complete",
      },
    ]);
  });

  it("ends with 3 when something was rejected, with 1 when a file is missing; the others are loaded", async () => {
    write("a.ndjson", GOOD, `{"broken`);
    const broken = await eqlite("load", "a.ndjson", "--format", "ndjson");
    expect([broken.code, broken.err]).toEqual([
      3,
      "eqlite: 1 document could not be read: see eqlite evidence list --rejected\n",
    ]);
    write("b.ndjson", GOOD.replace('"1"', '"2"'));
    const missing = await eqlite("load", "none.ndjson", "b.ndjson", "--json");
    expect([missing.code, missing.err]).toEqual([1, `eqlite: ${path.join(folder, "none.ndjson")} does not exist\n`]);
    expect(JSON.parse(missing.out)).toMatchObject({
      sources: [{ status: "failed" }, { status: "complete", events: 1 }],
    });
  });

  it("ends with 2 on an unknown format or zone", async () => {
    write("a.ndjson", GOOD);
    expect((await eqlite("load", "a.ndjson", "--format", "nonsense")).code).toBe(2);
    expect((await eqlite("load", "a.ndjson", "--timezone", "Nowhere/City")).code).toBe(2);
  });

  it("takes types from a mapping, times from another field and categories from a third", async () => {
    write(
      "m.json",
      JSON.stringify({ idx: { mappings: { properties: { num: { type: "keyword" }, size: { type: "long" } } } } }),
    );
    write("a.ndjson", `{"when":"2026-01-31 10:00:00","kind":"process","num":5,"size":"12"}`);
    const options = [
      "--mapping",
      "m.json",
      "--timestamp-field",
      "when",
      "--category-field",
      "kind",
      "--timezone",
      "+02:00",
    ];
    expect((await eqlite("load", "a.ndjson", "--format", "ndjson", ...options)).code).toBe(0);
    const { out } = await eqlite("info", "--json");
    expect(JSON.parse(out)).toMatchObject({
      events: 1,
      telemetry: { first: "2026-01-31T08:00:00.000Z", hosts: [{ categories: [{ category: "process", events: 1 }] }] },
    });
  });

  it("takes how documents become ECS from --map, or from --mapping; neither takes the other's file in silence", async () => {
    write("own.json", JSON.stringify({ id: "acme", matches: ["acme", "prog"], fields: [["prog", "process.name"]] }));
    write("types.json", JSON.stringify({ properties: { num: { type: "long" } } }));
    write("a.json", `{"acme":1,"prog":"nc"}`);
    for (const [index, option] of ["--map", "--mapping"].entries()) {
      write("a.json", `{"acme":${String(index)},"prog":"nc"}`);
      expect((await eqlite("load", "a.json", option, "own.json")).code).toBe(0);
      const { out } = await eqlite("query", 'any where process.name == "nc" and prog == "nc"', "--format", "ndjson");
      expect(out.trimEnd().split("\n")).toHaveLength(index + 1);
    }
    const wrong = await eqlite("load", "a.json", "--map", "types.json");
    expect([wrong.code, wrong.err]).toEqual([
      2,
      "eqlite: types.json: this is a mapping of Elasticsearch: types of fields, not how documents become ECS\n  Give it with --mapping.\n",
    ]);
    expect((await eqlite("load", "a.json", "--map", "own.json", "--mapping", "own.json")).code).toBe(2);
  });

  it("refuses an empty name of a mapping", async () => {
    const { code, err } = await eqlite("load", "a.ndjson", "--mapping", "");
    expect([code, err]).toEqual([2, "eqlite: the name of the file to read is empty\n  name a file\n"]);
  });

  it("--dry-run says on stderr, too, why a file would not be loaded", async () => {
    const { code, err } = await eqlite("load", "nothing.ndjson", "--dry-run");
    expect([code, err]).toEqual([1, expect.stringMatching(/^eqlite: (?:\S*\/)?nothing\.ndjson does not exist\n$/)]);
  });

  it("says in a dry run what would become of a file, and touches no case", async () => {
    write("a.ndjson", GOOD, `{"broken`);
    const { code, out } = await eqlite("load", "a.ndjson", "--format", "ndjson", "--dry-run");
    expect(code).toBe(3);
    expect(out).toBe(
      [
        path.join(folder, "a.ndjson"),
        "  format: ndjson",
        "  2 documents: 1 event, 0 duplicates, 1 rejected, 0 blank",
        `  first event (line 1): ${GOOD}`,
        "  rejected line 2: bad-json: a string without an end (character 2)",
        "",
      ].join("\n"),
    );
    expect((await eqlite("info")).err).toContain("there is no case");
  });
});

describe("eqlite load of a folder", () => {
  it("says in a dry run of each file what became of its own first event and what it rejects", async () => {
    mkdirSync(path.join(folder, "dump"));
    write("dump/a.ndjson", GOOD, `{"broken`);
    write("dump/b.ndjson", GOOD.replace('"nc"', '"sh"'));
    const { code, out } = await eqlite("load", "dump", "--format", "ndjson", "--dry-run", "--json");
    expect(code).toBe(3);
    const { sources } = JSON.parse(out) as { sources: { first: { json: string }; rejected: unknown[] }[] };
    expect(sources.map(({ first, rejected }) => [first.json, rejected.length])).toEqual([
      [GOOD, 1],
      [GOOD.replace('"nc"', '"sh"'), 0],
    ]);
  });

  it("with an empty file in it ends with 0, and says that it is empty", async () => {
    mkdirSync(path.join(folder, "dump"));
    write("dump/a.ndjson", GOOD);
    write("dump/empty.log", "");
    const { code, out, err } = await eqlite("load", "dump");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain(`${path.join(folder, "dump", "empty.log")}: the file is empty\n`);
  });
});

describe("eqlite evidence", () => {
  it("lists members, shows an event with its original, and extracts a member byte for byte", async () => {
    write("a.ndjson", `{ "a" : 1 }`, GOOD, "");
    await eqlite("load", "a.ndjson");
    expect(JSON.parse((await eqlite("evidence", "list", "--json")).out)).toMatchObject([
      { id: 1, path: "", sourcePath: path.join(folder, "a.ndjson"), format: "ndjson", complete: 1 },
    ]);
    expect((await eqlite("evidence", "show", "1", "--raw")).out).toBe(`{ "a" : 1 }`);
    expect(JSON.parse((await eqlite("evidence", "show", "2", "--json")).out)).toMatchObject({
      event: 2,
      line: 2,
      offset: 12,
      document: { process: { name: "nc" } },
    });
    expect((await eqlite("evidence", "show", "9")).code).toBe(2);
    await eqlite("evidence", "extract", "1", "--output", "out");
    expect(readFileSync(path.join(folder, "out"))).toEqual(readFileSync(path.join(folder, "a.ndjson")));
    expect((await eqlite("evidence", "extract", "7")).code).toBe(2);
  });

  it("tells duplicates with the event they repeat", async () => {
    write("a.ndjson", GOOD, GOOD);
    await eqlite("load", "a.ndjson");
    expect(JSON.parse((await eqlite("evidence", "list", "--duplicates", "--json")).out)).toMatchObject([
      { line: 2, event: 1, ofLine: 1 },
    ]);
  });
});

describe("eqlite info", () => {
  it("shows sources, hosts with their times, and the histogram", async () => {
    write("a.ndjson", GOOD);
    await eqlite("load", "a.ndjson", "-");
    const { out } = await eqlite("info");
    expect(out).toContain("host web: 1 event, 2026-01-31T10:00:00.000Z to 2026-01-31T10:00:00.000Z\n  |█");
    expect(out).toContain("event.sequence 1 to 1: complete");
  });

  it("tells which rules each source lets look", async () => {
    const event = `{"event":{"category":"process"},"process":{"name":"nc"}}`;
    write("a.ndjson", event, `{"event":{"category":"file"}}`);
    write(
      "rule.toml",
      `[rule]`,
      `rule_id = "r"`,
      `name = "R"`,
      `type = "eql"`,
      `language = "eql"`,
      `query = 'process where process.name == "nc"'`,
    );
    await eqlite("load", "a.ndjson");
    const { out } = await eqlite("info", "--rules", "rule.toml");
    expect(out).toContain(
      [
        "rules that a source alone lets look, by what they look at:",
        `  ${path.join(folder, "a.ndjson")}: 1 of 1 rules`,
        "    events of process 1 (1 of 1 rule), file 1",
        "    none of network, dns, registry, library, driver, authentication, session, iam, configuration, api, web, alert",
        "",
      ].join("\n"),
    );
    const json = JSON.parse((await eqlite("info", "--rules", "rule.toml", "--json")).out) as { families: unknown[] };
    const [first] = json.families as { families: unknown[] }[];
    expect(first).toMatchObject({ source: 1, rules: 1, able: 1 });
    expect(first?.families[0]).toEqual({ family: "process", events: 1, rules: 1, able: 1 });
    expect((await eqlite("info", "--rules", "none.toml")).code).toBe(2);
  });
});
