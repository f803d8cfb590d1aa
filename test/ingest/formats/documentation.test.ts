import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { CSV_DIALECTS, JSON_DIALECTS, TEXT_FORMATS } from "../../../src/ingest/formats/dialects.ts";
import { CONTAINERS } from "../../../src/ingest/formats/containers.ts";
import { pick, read } from "./read.ts";

const text = readFileSync(path.resolve(import.meta.dirname, "../../../docs/formats.md"), "utf8");
const EXAMPLE = /^### (.*)\n\n[^]*?```\w+\n([^]*?)\n```\n\nbecomes \(`(.*?)`\):\n\n```json\n([^]*?)\n```/gm;
const examples = [...text.matchAll(EXAMPLE)].map(([, title = "", input = "", format = "", event = ""]) => ({
  title,
  input,
  format,
  event: JSON.parse(event) as Record<string, unknown>,
}));

describe("docs/formats.md", () => {
  test.each(examples)("$title", ({ input, format, event }) => {
    const result = read(input, "host1/var/log/x", "2024-06-01T00:00:00Z");
    expect(result.format).toBe(format);
    expect(result.events).toHaveLength(1);
    expect(pick(result.events[0], ...Object.keys(event))).toEqual(event);
  });

  test("names every format", () => {
    const ids = [
      ...Object.values(CONTAINERS).map(({ id }) => id),
      ...JSON_DIALECTS.map(({ id }) => id),
      ...CSV_DIALECTS.map(({ id }) => id),
      ...TEXT_FORMATS.map(({ format }) => format.id),
    ];
    for (const id of ids) expect(text).toContain(`\`${id}\``);
  });
});
