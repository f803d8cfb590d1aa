/** Hostile hands at the triage screen: random keys and command lines end in no crash, and touch nothing but the case. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { loadPty, TestTerminal } from "../pty/terminal.ts";
import { tempFolder } from "../temp-folder.ts";
import { treeOf } from "./tree.ts";

const RUNS = Number(process.env["EQLITE_FUZZ_RUNS"] ?? 40);
const SEED = Number(process.env["EQLITE_FUZZ_SEED"] ?? 20260131);
const ROOT = path.resolve(import.meta.dirname, "../..");
const HOOK = path.join(ROOT, "test", "pty", "tsx-hook.mjs");
const PRELOAD = path.join(import.meta.dirname, "no-network.mjs");

const ESC = "\u001b";
// Not among them: q and Q, which leave, and e, which asks for a file to write.
const KEYS = [
  ..."123456789jkhlgGtfbdnmsvouxXcCpwaizZrR=+_!,.?/@ \t\r",
  ESC,
  ...["A", "B", "C", "D"].map((key) => `${ESC}[${key}`),
];
const WORDS = [
  ...[
    "sort",
    "undo",
    "find",
    "fold",
    "1-99999",
    "-1",
    "host:shop",
    "any",
    "((((",
    "__proto__",
    "\u202e",
    "\u00e9\u0301",
  ],
  ...["\u{1f98a}", "$(touch pwnd)", "'", '"', "*", " ".repeat(200), "a".repeat(500)],
];
const LINES = [
  ...WORDS,
  "any where true",
  "process where",
  "filter process:nc",
  "verdict",
  "export",
  "tree x",
  "__proto__",
];

/** A key, a line after `:`, `/` or `@`, or a paste. */
const input: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...KEYS) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(":", "/", "@"), fc.array(fc.constantFrom(...WORDS), { maxLength: 3 }))
      .map(([sign, words]) => `${sign}${words.join(" ")}\r`),
  },
  { weight: 1, arbitrary: fc.constantFrom(...LINES).map((line) => `${ESC}[200~${line}${ESC}[201~`) },
);

const pty = await loadPty();

describe.skipIf(pty === null)("the triage screen (needs node-pty)", () => {
  it(
    "outlives any keys, without network, leaves the case sound and touches nothing else",
    { timeout: 3_600_000 },
    async () => {
      if (pty === null) throw new Error("node-pty is not installed");
      const folder = tempFolder();
      const run = async (...argv: string[]): Promise<{ code: number; out: string }> => {
        const io = memoryIo({ cwd: folder });
        return { code: await runCli([...argv, "--case", "a.case"], io), out: io.out() };
      };
      expect(await run("load", path.join(ROOT, "samples", "container-breach"))).toMatchObject({ code: 0 });
      expect(await run("hunt", "--processes", "1")).toMatchObject({ code: 0 });
      const good = readFileSync(path.join(folder, "a.case"));
      const sessions = fc.sample(fc.array(input, { minLength: 20, maxLength: 60 }), {
        numRuns: Math.max(1, Math.ceil(RUNS / 40)),
        seed: SEED,
      });
      for (const inputs of sessions) {
        writeFileSync(path.join(folder, "a.case"), good);
        const args = [
          "--import",
          HOOK,
          "--import",
          PRELOAD,
          path.join(ROOT, "src", "main.ts"),
          "triage",
          "--case",
          "a.case",
        ];
        const screen = new TestTerminal(pty, process.execPath, [...args, "--analyst", "ada"], {
          cwd: folder,
          env: { HOME: folder, NODE_OPTIONS: `--import=${PRELOAD}` },
        });
        await screen.until("0/61 judged");
        for (const keys of inputs) screen.write(keys);
        // Whatever is open is closed; Q asks nothing.
        screen.write(`\r${ESC}${ESC}${ESC}${ESC}`);
        await screen.until(() => {
          if (!screen.hasExited) screen.write(`${ESC}Q`);
          return screen.hasExited;
        });
        expect([inputs, await screen.exited, screen.text()]).toEqual([
          inputs,
          0,
          expect.not.stringMatching(/^ {4}at |internal error|NETWORK/m),
        ]);
        const touched = Object.keys(treeOf(folder)).filter((name) => !name.startsWith("."));
        expect(touched).toEqual(["a.case"]);
        expect(await run("verify")).toMatchObject({ code: 0 });
      }
    },
  );
});
