import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
import nodePath from "node:path";
import { fileURLToPath } from "node:url";
import { errorCode, errorMessage } from "../base/errors.ts";
import type { RuleProblem } from "./problem.ts";
import { readTomlRule } from "./read-toml.ts";
import type { Rule } from "./rule.ts";

/** What a set of paths holds. Rules are in the order of the paths, and within a folder in the byte order of their names. */
export interface Pack {
  readonly rules: readonly Rule[];
  readonly problems: readonly RuleProblem[];
}

/** Larger files are refused: no rule file comes near it. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/**
 * Reads rule files and folders of them (recursively), mixed. Nothing stops it: what cannot be read is a problem, and the
 * rest goes on. Folders are searched for rule files by suffix; a file that is named itself is read whatever it is called.
 */
export function readPack(paths: readonly string[]): Pack {
  const pack: MutablePack = { rules: [], problems: [], seen: new Set() };
  for (const path of paths) readPath(pack, path, true);
  return { rules: pack.rules, problems: pack.problems };
}

/** The rules that come with eqlite. */
export function builtinPack(): Pack {
  return readPack([fileURLToPath(new URL("../../rules", import.meta.url))]);
}

interface MutablePack {
  readonly rules: Rule[];
  readonly problems: RuleProblem[];
  /** Real paths already read: a link into itself ends. */
  readonly seen: Set<string>;
}

function readPath(pack: MutablePack, path: string, named: boolean): void {
  try {
    const real = realpathSync(path);
    if (pack.seen.has(real)) return;
    pack.seen.add(real);
    const stats = statSync(real);
    if (stats.isDirectory()) {
      const names = readdirSync(real).sort((a, b) => (a < b ? -1 : 1));
      for (const name of names) if (!name.startsWith(".")) readPath(pack, nodePath.join(path, name), false);
    } else if (named || isRuleFile(path)) readFile(pack, path, stats);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    const [problem, message] =
      code === "ENOENT" ? ["rule-path-missing", "no such file or folder"] : ["rule-unreadable", errorMessage(error)];
    pack.problems.push(fileProblem(path, problem, message, null));
  }
}

function isRuleFile(path: string): boolean {
  return path.toLowerCase().endsWith(".toml");
}

function readFile(pack: MutablePack, path: string, stats: Stats): void {
  if (!stats.isFile()) {
    pack.problems.push(fileProblem(path, "rule-unreadable", "neither a file nor a folder", null));
    return;
  }
  if (stats.size > MAX_FILE_BYTES) {
    const hint = `rule files of more than ${MAX_FILE_BYTES} bytes are not read`;
    pack.problems.push(fileProblem(path, "rule-too-large", `the file has ${stats.size} bytes`, hint));
    return;
  }
  const reading = readTomlRule(path.split(nodePath.sep).join("/"), readFileSync(path));
  if (reading.rule !== null) pack.rules.push(reading.rule);
  pack.problems.push(...reading.problems);
}

function fileProblem(path: string, code: string, message: string, hint: string | null): RuleProblem {
  return { severity: "error", code, path, rule: null, message, line: 1, column: 1, hint };
}
