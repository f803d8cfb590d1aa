import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
import nodePath from "node:path";
import { fileURLToPath } from "node:url";
import { errorCode, errorMessage } from "../base/errors.ts";
import { latestAssets } from "./fleet.ts";
import { emptyContent, fileProblem } from "./pack-content.ts";
import type { Pack, PackContent } from "./pack-content.ts";
import { isPackName, readContent } from "./read-content.ts";

/** Larger files are refused: no rule file comes near it. */
const MAX_FILE_BYTES = 1024 * 1024 * 1024;

/**
 * Reads rule files, folders of them (recursively) and archives, mixed. Nothing stops it: what cannot be read is a
 * problem, and the rest goes on. Folders are searched for rule files by suffix; a file that is named itself is read
 * whatever it is called.
 */
export function readPack(paths: readonly string[]): Pack {
  const content = emptyContent();
  const seen = new Set<string>();
  for (const path of paths) readPath(content, seen, path, true);
  return latestAssets(content);
}

let builtin: Pack | undefined;

/** The rules that come with eqlite. Their paths are `builtin:FILE`: where the program is installed is nobody's business. */
export function builtinPack(): Pack {
  builtin ??= readBuiltin();
  return builtin;
}

function readBuiltin(): Pack {
  const folder = fileURLToPath(new URL("../../rules", import.meta.url));
  const named = <T extends { readonly path: string }>(item: T): T => ({
    ...item,
    path: `builtin:${nodePath.relative(folder, item.path).replaceAll("\\", "/")}`,
  });
  const pack = readPack([folder]);
  return { ...pack, rules: pack.rules.map(named), problems: pack.problems.map(named) };
}

/** `seen` holds the real paths already read: a link into itself ends. */
function readPath(content: PackContent, seen: Set<string>, path: string, named: boolean): void {
  try {
    const real = realpathSync(path);
    if (seen.has(real)) return;
    seen.add(real);
    const stats = statSync(real);
    if (stats.isDirectory()) {
      const names = readdirSync(real).sort();
      for (const name of names) {
        if (!name.startsWith(".")) readPath(content, seen, nodePath.join(path, name), false);
      }
    } else if (named || isPackName(path)) readFile(content, path, stats, named);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    const missing = code === "ENOENT";
    const message = missing ? "no such file or folder" : errorMessage(error);
    content.problems.push(fileProblem(path, missing ? "rule-path-missing" : "rule-unreadable", message));
  }
}

function readFile(content: PackContent, path: string, stats: Stats, named: boolean): void {
  if (!stats.isFile()) {
    content.problems.push(fileProblem(path, "rule-unreadable", "neither a file nor a folder"));
  } else if (stats.size > MAX_FILE_BYTES) {
    const hint = `rule files of more than ${MAX_FILE_BYTES} bytes are not read`;
    content.problems.push(fileProblem(path, "rule-too-large", `the file has ${stats.size} bytes`, hint));
  } else readContent(content, path.split(nodePath.sep).join("/"), readFileSync(path), named);
}
