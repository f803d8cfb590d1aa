import { describe, expect, test } from "vitest";
import { formatById, detectFormat } from "../../../src/ingest/formats/registry.ts";
import { parseUserMap } from "../../../src/ingest/mappings/user-map.ts";
import { pick, readAs } from "../formats/read.ts";

const MAP = {
  id: "acme-edr",
  matches: ["acme", "proc.path"],
  fields: [
    ["when", "@timestamp", "keep"],
    ["proc.path", "process.executable"],
    ["proc.path", "process.name", "basename"],
    ["proc.id|pid", "process.pid", "integer"],
  ],
  always: { "event.module": "acme" },
  kinds: {
    by: "kind",
    values: { start: { "event.category": ["process"], "event.type": ["start"], "event.action": "exec" } },
  },
};
const DOCUMENT = { acme: 1, kind: "start", when: 1714557600, proc: { path: "/usr/bin/nc", id: "0x1f4" } };

test("documents that a user's mapping describes become ECS, in any container, and as CSV", () => {
  const map = parseUserMap(JSON.stringify(MAP), "acme.json");
  for (const [input, id] of [
    [JSON.stringify(DOCUMENT), "acme-edr"],
    [JSON.stringify([DOCUMENT]), "acme-edr+json-array"],
    ["acme,kind,when,proc.path,proc.id\n1,start,1714557600,/usr/bin/nc,500\n", "acme-edr-csv"],
  ] as const) {
    const detection = detectFormat(Buffer.from(input), map);
    expect(detection.kind === "format" ? detection.format.id : detection.reason).toBe(id);
    const format = formatById(id, map);
    if (format === null) throw new Error("no format");
    const { events } = readAs(format, Buffer.from(input), { name: "x", modified: null });
    expect(
      pick(events[0], "process.name", "process.pid", "event.action", "event.module", "kind", "eqlite.derived"),
    ).toEqual({
      "process.name": "nc",
      "process.pid": 500,
      "event.action": "exec",
      "event.module": "acme",
      kind: "start",
      "eqlite.derived": "host.id",
    });
  }
  expect(formatById("acme-edr")).toBeNull();
});

describe("a mapping that cannot be used is refused with the reason", () => {
  test.each<[string, unknown, string]>([
    ["no JSON", "{", "m.json is not JSON"],
    ["a list", [], "m.json: a mapping is a JSON object"],
    ["no name", { ...MAP, id: "A b" }, 'm.json: "id" must be a name of a-z, 0-9 and -'],
    [
      "nothing to tell it by",
      { ...MAP, matches: [] },
      'm.json: "matches" must list the fields that tell such a document',
    ],
    ["a row of one", { ...MAP, fields: [["a"]] }, 'm.json: ["a"] is no row of "fields"'],
    ["an unknown conversion", { ...MAP, fields: [["a", "b", "magic"]] }, "m.json: there is no conversion 'magic'"],
    [
      "two that collapse",
      {
        ...MAP,
        fields: [
          ["a", "x"],
          ["b", "x"],
        ],
      },
      "m.json: a and b both fill x",
    ],
    [
      "kinds without values",
      { ...MAP, kinds: { by: "x" } },
      'm.json: "kinds" must have "by", a field, and "values", ECS fields for each of its values',
    ],
  ])("%s", (_what, value, message) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    expect(() => parseUserMap(text, "m.json")).toThrow(message);
  });
});
