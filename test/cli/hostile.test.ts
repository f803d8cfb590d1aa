/** Texts that someone else chose, on their way to the terminal: through every command and every screen. */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textWidth } from "../../src/base/safe-text.ts";
import { runCli } from "../../src/cli/program.ts";
import { openTriage } from "../../src/triage/open-triage.ts";
import type { TriageService } from "../../src/triage/types.ts";
import { hostileCase, SHORT_HOSTILE } from "../hostile-case.ts";
import { tempFolder } from "../temp-folder.ts";
import { openScreen, type Screen } from "../tui/harness.ts";
import { PATHS } from "../tui/paths.ts";
import { memoryIo } from "./memory-io.ts";

/** What could move, hide, reorder or smuggle; a line feed ends a line of ours. */
const UNSAFE = /(?!\n)[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

const folder = tempFolder();
let casePath: string;
beforeAll(async () => {
  casePath = await hostileCase(folder);
}, 300_000);

async function run(...argv: string[]) {
  const io = memoryIo({ cwd: folder, env: { EQLITE_CASE: casePath, EQLITE_ANALYST: "ann" } });
  const code = await runCli(argv, io);
  return { code, out: io.out(), err: io.err() };
}

const COMMANDS: readonly (readonly string[])[] = [
  ["info"],
  ["info", "--rules", "rules.ndjson"],
  ["findings"],
  ["evidence", "list"],
  ["evidence", "list", "--rejected"],
  ["evidence", "list", "--duplicates"],
  ["evidence", "show", "1"],
  ["evidence", "show", "4"],
  ["query", "any where true"],
  ["query", "any where true", "--why", "--limit", "100"],
  ["query", "any where process.parent.name != null | head 5", "--explain"],
  ["rules", "list", "--rules", "rules.ndjson"],
  ["rules", "check", "rules.ndjson"],
  ["rules", "test", "rules.ndjson"],
  ["rules", "coverage", "--rules", "rules.ndjson"],
  ["rules", "show", "0 \u001b[31mred\u001b[0m", "--rules", "rules.ndjson"],
  ["rules", "show", "no such \u001b[2J", "--rules", "rules.ndjson"],
  ["hunts"],
  ["hunts", "last"],
  ["journal"],
  ["exceptions"],
  ["exceptions", "show", "1"],
  ["exceptions", "suggest", "1"],
  ["timeline", "--incident", "1"],
  ["timeline", "--finding", "2"],
  ["timeline", "--host", "hostile-host"],
  ["tree", "3"],
  ["tree", "--entity", "hostile-process-3"],
  ["verify"],
  ["load", "files/all.ndjson"],
  ["hunt", "--rules", "rules.ndjson"],
  ["export", "--format", "no\u001b[31m"],
  ["export", "--format", "csv", "--host", "\u001b[31m", "--output", "x.csv"],
  ["note", "1", "\u001b]0;x\u0007"],
  ["\u001b[31mcommand"],
];

describe("what commands print", () => {
  it.each(COMMANDS.map((argv) => [argv.map((word) => JSON.stringify(word).slice(1, -1)).join(" "), argv] as const))(
    "%s has nothing in it that acts on a terminal",
    async (_, argv) => {
      const { code, out, err } = await run(...argv);
      expect((out + err).match(UNSAFE)).toBeNull();
      expect(out + err).not.toBe("");
      expect(code).not.toBe(70);
    },
    60_000,
  );

  it("tells every finding with what was said of it, harmlessly", async () => {
    for (let finding = 1; finding <= SHORT_HOSTILE.length; finding += 5) {
      const { code, out, err } = await run("findings", String(finding));
      expect([code, (out + err).match(UNSAFE)]).toEqual([0, null]);
    }
  }, 300_000);

  it("keeps the texts exactly in JSON", async () => {
    const rows = JSON.parse((await run("findings", "--json")).out) as {
      ruleId: string;
      ruleName: string;
      commandLine: string | null;
      verdictWhy: string | null;
      verdictBy: string;
    }[];
    expect(rows.length).toBe(SHORT_HOSTILE.length);
    for (const row of rows) {
      const text = SHORT_HOSTILE[Number(row.ruleId.split(" ")[0])]?.text ?? "none";
      // What people write is kept as UTF-8, which has no half of a surrogate pair; evidence is kept as it is.
      const written = text.toWellFormed();
      expect([row.ruleName, row.verdictBy]).toEqual([text.trim() === "" ? "(blank)" : text.trim(), written]);
      // Where the command line is empty, it is put together from the arguments.
      expect([row.commandLine, row.verdictWhy ?? ""]).toEqual([text === "" ? "nc " : text, written]);
    }
    expect(Object.prototype).not.toHaveProperty("polluted");
  });
});

describe("the triage screen", () => {
  let service: TriageService;
  const open: Screen[] = [];
  beforeAll(async () => {
    service = await openTriage(casePath, { readonly: false, analyst: "ann\u001b[31m" });
  });
  afterAll(async () => {
    for (const screen of open) screen.close();
    await service.close();
  });

  const walks: Readonly<Record<string, readonly string[]>> = {
    ...PATHS,
    tree: [":tree hostile-process-3"],
    files: [":query file where true", "l", "j"],
    export: ["e"],
    pivots: ["enter", "tab", "j", "j", "j", "enter"],
    notes: ["G", "enter", "tab", "tab"],
    hunts: ["7", "}"],
    ledger: ["7", "}", "}"],
    filter: ["F", "c", "a"],
  };
  it.each(Object.entries(walks))(
    "shows %s without anything of theirs that acts on a terminal, in lines that fit",
    async (_, keys) => {
      const screen = await openScreen({
        columns: 120,
        rows: 40,
        service: Object.assign(Object.create(service) as TriageService, {
          calls: [],
          aborted: () => 0,
          settings: new Map<string, string>(),
        }),
      });
      open.push(screen);
      await screen.press(...keys);
      for (const line of screen.lines()) {
        expect(line.match(UNSAFE)).toBeNull();
        expect(textWidth(line)).toBeLessThanOrEqual(120);
      }
    },
    60_000,
  );

  it("shows each finding harmlessly", async () => {
    const screen = await openScreen({
      columns: 200,
      rows: 50,
      service: Object.assign(Object.create(service) as TriageService, {
        calls: [],
        aborted: () => 0,
        settings: new Map<string, string>(),
      }),
    });
    open.push(screen);
    await screen.press("enter");
    for (let n = 0; n < SHORT_HOSTILE.length; n += 1) {
      expect(screen.text().replaceAll("\n", "").match(UNSAFE)).toBeNull();
      await screen.press("]");
    }
  }, 300_000);
});

it("touches no file but those that were named", async () => {
  const { readdirSync } = await import("node:fs");
  expect(readdirSync(folder).sort()).toEqual(["files", "hostile.case", "rules.ndjson", "x.csv"]);
  expect(path.dirname(casePath)).toBe(folder);
});
