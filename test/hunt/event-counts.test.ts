import { expect, it } from "vitest";
import { EventCounts } from "../../src/hunt/event-counts.ts";
import { Engine } from "../../src/hunt/engine.ts";
import type { SetLeaf, ValueSet } from "../../src/sql/resolved.ts";
import { loadDocuments } from "./load-case.ts";

it("a set in the leaf table is not taken for the value whose id is the number of the set", async () => {
  const engine = await Engine.open(
    await loadDocuments([{ "@timestamp": "2025-01-01T00:00:00Z", process: { name: "curl" } }]),
  );
  const field = engine.evidence.storageOf("process.name");
  if (field.kind !== "stored") throw new Error("process.name is stored");
  const [id] = engine.file.rows({ sql: "SELECT id FROM value WHERE folded = 'curl'", parameters: [] })[0] ?? [];
  const leafOf = (set: ValueSet): SetLeaf => ({ kind: "set", field, set, orMissing: false, events: null });
  const counts = new EventCounts(engine.file);
  expect(counts.events(leafOf({ kind: "table", leaf: id as bigint, size: 0 }))).toBe(0);
  expect(counts.events(leafOf({ kind: "ids", ids: [id as bigint] }))).toBe(1);
  engine.close();
});
