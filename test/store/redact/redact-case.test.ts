import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { loadEvidence } from "../../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS } from "../../../src/ingest/load-types.ts";
import { type CaseFile, openCase } from "../../../src/store/case-file.ts";
import { EventReader } from "../../../src/store/events.ts";
import { readFinding } from "../../../src/store/finding-rows.ts";
import { finishHunt, recordRule, startHunt } from "../../../src/store/hunts.ts";
import { verifyJournal } from "../../../src/store/journal.ts";
import { addNote } from "../../../src/store/notes.ts";
import { redactCase } from "../../../src/store/redact/redact-case.ts";
import { FIXED_TEXTS, FREE_TEXTS } from "../../../src/store/redact/withhold-texts.ts";
import { readRedaction, readWithheld, redactionText, withheldOriginal } from "../../../src/store/redaction.ts";
import { ensureSideTables } from "../../../src/store/side-tables.ts";
import { setVerdict } from "../../../src/store/verdicts.ts";
import { sha256Hex } from "../../../src/base/sha256.ts";
import { tempFolder } from "../../temp-folder.ts";
import { ACTOR, TOOL_RULE } from "../../triage/sample-case.ts";

const NAME = "Zo\u00eb.Quillfeather";
const ODD = "quill\u0000feather-odd";
const TICKET = 'Ticket "8871"\\x';
const ADDRESS = "203.0.113.77";

/** Events 1 to 4 tell of the secrets, event 5 names one in another field, the others fill more blocks. */
const EVENTS: readonly Record<string, unknown>[] = [
  { "user.name": NAME, "process.name": "nc", "process.args": ["nc", NAME.toUpperCase()], "user.email": ODD },
  { "user.name": [NAME, "bo"], "process.name": "sh", "labels.ticket": TICKET, "process.parent.name": "bo" },
  { "user.name": "root", "process.name": "nc", "source.ip": ADDRESS, "source.port": 40123 },
  {
    _source: { "@timestamp": "2026-01-01T10:00:09Z", user: { name: NAME }, process: { name: "nc" } },
    _index: "i",
    _id: "1",
  },
  { "process.name": "cat", "process.command_line": `cat /home/${NAME}/notes "${TICKET}"`, "file.path": "/tmp/bo/x" },
];

let folder: string;
let out: string;
let copy: CaseFile;
let original: CaseFile;
let before: CaseFile;

beforeAll(async () => {
  folder = tempFolder();
  const dump = path.join(folder, "dump.ndjson");
  const filler = Array.from({ length: 2600 }, (_, n) => ({
    "process.name": "filler",
    "user.id": String(n),
    message: `${sha256Hex(String(n)).repeat(14)}`,
  }));
  const documents = [...EVENTS, ...filler].map((event, n) => ({
    ...("_source" in event ? {} : { "@timestamp": new Date(Date.UTC(2026, 0, 1, 10, 0, n)).toISOString() }),
    ...event,
    ...("_source" in event ? {} : { "event.category": "process", "host.name": "web" }),
  }));
  writeFileSync(dump, `${documents.map((event) => JSON.stringify(event)).join("\n")}\n{"broken": "${NAME}\n`);
  const name = path.join(folder, "a.case");
  original = await openCase(name, "create");
  await loadEvidence(original, [dump], { ...DEFAULT_LOAD_OPTIONS, workers: 1 });
  ensureSideTables(original, ["labels.ticket", "user.email"]);
  const hunt = startHunt(original, { actor: ACTOR, from: null, to: null, options: {} });
  recordRule(
    original,
    hunt,
    {
      id: TOOL_RULE.id,
      path: "pack/tool.toml",
      hash: TOOL_RULE.hash,
      name: "Tool",
      document: { ...TOOL_RULE, query: `any where user.name == "${NAME}"` },
    },
    {
      outcome: "hit",
      reason: null,
      ms: 1,
      sqlHash: null,
      details: {},
      matches: [
        { events: [1n], joinKeys: [{ field: "user.name", value: NAME }], total: 1 },
        { events: [3n], joinKeys: [{ field: "source.ip", value: ADDRESS }], total: 1 },
        { events: [2000n], joinKeys: [], total: 1 },
      ],
    },
  );
  finishHunt(original, hunt, ACTOR);
  addNote(original, ACTOR, 1, `asked ${NAME.toLowerCase()} about ${TICKET}; bo agreed, bob did not`);
  setVerdict(original, ACTOR, [1], "true_positive", `It was ${NAME}`);
  const work = path.join(folder, "work.case");
  original.db.prepare("VACUUM INTO ?").run(work);
  original.db.prepare("VACUUM INTO ?").run(path.join(folder, "before.case"));
  before = await openCase(path.join(folder, "before.case"), "read");
  copy = await openCase(work, "write");
  redactCase(copy, ACTOR, { fields: ["user.name", "user.em*", "labels.ticket", "source.*"], keep: ["root"] });
  out = path.join(folder, "out.case");
  copy.db.prepare("VACUUM INTO ?").run(out);
  copy.close();
  copy = await openCase(out, "read");
});

/** Everything a case holds: its pages, and what its blobs decompress to. */
function contents(file: CaseFile): Buffer[] {
  const blobs = ["block", "derived_block"].flatMap((table) =>
    file.db.prepare<[], Buffer>(`SELECT data FROM ${table} WHERE length(data) > 0`).pluck().all(),
  );
  return [readFileSync(file.path), ...blobs.map((blob) => zstdDecompressSync(blob))];
}

const holds = (file: CaseFile, bytes: Buffer): boolean => contents(file).some((part) => part.includes(bytes));

describe("a redacted case", () => {
  it.each([
    ["the name", NAME],
    ["the name in small letters", NAME.toLowerCase()],
    ["the name in capitals", NAME.toUpperCase()],
    ["a part with a NUL, escaped as the dictionary keeps it", "quill\\u0000feather"],
    ["a value with quotes", TICKET],
    ["the same as JSON", JSON.stringify(TICKET).slice(1, -1)],
    ["an address", ADDRESS],
    ["an address as the dictionary keeps it", Buffer.from([0, 0, 0xff, 0xff, 203, 0, 113, 77])],
  ])("has nowhere in its bytes %s", (_what, secret) => {
    const bytes = Buffer.isBuffer(secret) ? secret : Buffer.from(secret);
    expect([holds(before, bytes), holds(copy, bytes)]).toEqual([true, false]);
  });

  it("holds a short value nowhere as a word", () => {
    const word = /(?<![A-Za-z0-9])bo(?![A-Za-z0-9])/;
    const texts = copy.db
      .prepare<[], string>("SELECT ifnull(text, folded) FROM value WHERE folded IS NOT NULL")
      .pluck();
    expect(texts.all().filter((text) => word.test(text))).toEqual([]);
    expect(copy.db.prepare("SELECT text FROM note").pluck().get()).toBe(
      "asked [withheld] about [withheld]; [withheld] agreed, bob did not",
    );
  });

  it("empties the blocks with such values, keeps their hashes, and leaves the others", () => {
    const blocks = copy.db
      .prepare<[], { id: number; size: number }>("SELECT id, length(data) AS size FROM block ORDER BY id")
      .all();
    expect(blocks.length).toBeGreaterThan(2);
    const withheld = readWithheld(copy, "block");
    const kept = readWithheld(copy, "kept_block");
    // The first has the events, the last the line that is no JSON.
    expect([...withheld.keys()]).toEqual([blocks[0]?.id, blocks.at(-1)?.id]);
    expect([...kept.keys()]).toEqual(blocks.slice(1, -1).map(({ id }) => id));
    for (const { id, size } of blocks) {
      const data = original.db.prepare<[number], Buffer>("SELECT data FROM block WHERE id = ?").pluck().get(id);
      expect(withheld.get(id) ?? kept.get(id)).toBe(sha256Hex(zstdDecompressSync(data ?? Buffer.alloc(0))));
      expect(size === 0).toBe(withheld.has(id));
    }
  });

  it("gives of an event whose original is withheld what its columns still hold, and the hash of its original", () => {
    const reader = new EventReader(copy);
    expect(reader.document(3)).toEqual({
      json: '{"@timestamp":"2026-01-01T10:00:02.000Z","event.category":"process","host.name":"web","process.name":"nc","user.name":"root"}',
      original: null,
      withheld: true,
    });
    expect(withheldOriginal(copy, 3)).toBe(sha256Hex(new EventReader(original).originalBytes(3)));
    expect(withheldOriginal(copy, 4)).toBeNull();
    expect(() => reader.originalBytes(3)).toThrow("block 1 is withheld from this copy of the case");
    expect(reader.document(2000)).toEqual({ ...new EventReader(original).document(2000), withheld: false });
  });

  it("tells nothing in findings, and keeps what may stay", () => {
    expect(readFinding(copy, 1)).toMatchObject({
      joinKeys: '[{"field":"user.name","value":"[withheld]"}]',
      verdictWhy: "It was [withheld]",
    });
    expect(JSON.parse(readFinding(copy, 1)?.summary ?? "")).toMatchObject({ process: "nc", user: null, host: "web" });
    expect(JSON.parse(readFinding(copy, 2)?.summary ?? "")).toMatchObject({ user: "root" });
  });

  it("says so itself, in its journal and as a sentence", () => {
    const redaction = readRedaction(copy);
    expect(redaction).toMatchObject({
      patterns: ["user.name", "user.em*", "labels.ticket", "source.*"],
      fields: ["labels.ticket", "source.ip", "source.port", "user.email", "user.name"],
      values: 6,
    });
    expect(redaction === null ? "" : redactionText(redaction)).toMatch(
      /^values are withheld from this copy of the case: 6 of labels\.ticket, .*; \d+ events are without their originals \(2 of \d+ blocks\)$/,
    );
    const { action, detail } = copy.db
      .prepare<[], { action: string; detail: string }>("SELECT action, detail FROM journal ORDER BY id DESC LIMIT 1")
      .get() ?? { action: "", detail: "{}" };
    expect(action).toBe("redact");
    expect(JSON.parse(detail)).toMatchObject({ ...redaction });
  });

  it("keeps the chain of the journal: rows with a replaced text are withheld, not wrong", () => {
    expect(verifyJournal(copy)).toMatchObject({ problems: [], withheld: 2 });
    expect([...readWithheld(copy, "journal").keys()]).toHaveLength(2);
  });

  it("takes no more evidence", async () => {
    const file = await openCase(out, "write");
    await expect(loadEvidence(file, [path.join(folder, "dump.ndjson")], DEFAULT_LOAD_OPTIONS)).rejects.toThrow(
      "takes no more evidence",
    );
    file.close();
  });

  it("knows every column of text", () => {
    const columns = original.db
      .prepare<[], { table: string; name: string }>(
        `SELECT t.name AS "table", c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
         WHERE t.type = 'table' AND c.type = 'TEXT' AND t.name NOT LIKE 'kysely%' AND t.name NOT IN ('setting', 'family', 'field', 'value')`,
      )
      .all();
    const known = [FREE_TEXTS, FIXED_TEXTS].flatMap((tables) =>
      Object.entries<readonly string[]>(tables).flatMap(([table, names]) => names.map((name) => `${table}.${name}`)),
    );
    // A finding's summary is counted anew from what is left.
    expect(
      columns
        .map(({ table, name }) => `${table}.${name}`)
        .filter((name) => name !== "finding.summary")
        .sort(),
    ).toEqual(known.sort());
  });
});
