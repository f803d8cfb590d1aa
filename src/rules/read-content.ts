import { gunzipSync } from "node:zlib";
import { errorMessage } from "../base/errors.ts";
import { ARCHIVE_LIMITS, ArchiveError, safeEntryName } from "./archive.ts";
import type { ArchiveEntry } from "./archive.ts";
import { fileProblem } from "./pack-content.ts";
import type { PackContent } from "./pack-content.ts";
import { readJsonFile } from "./read-json.ts";
import { readTomlRule } from "./read-toml.ts";
import { isTar, readTar } from "./tar.ts";
import { isZip, readZip } from "./zip.ts";

const TEXT_SUFFIX = /\.(?:toml|json|ndjson|jsonl)$/i;
const PACK_SUFFIX = /\.(?:zip|tar|tgz|gz)$/i;

/** True for the names under which rules are looked for in folders. */
export function isPackName(name: string): boolean {
  return TEXT_SUFFIX.test(name) || PACK_SUFFIX.test(name);
}

/**
 * Reads the bytes of one file into `content`, by what they are: zip, gzip and tar by their first bytes, else by suffix,
 * else by a look at the text. `named`: the user pointed at this very file, so that it must be something.
 */
export function readContent(content: PackContent, path: string, bytes: Buffer, named: boolean): void {
  try {
    if (isZip(bytes)) return readArchive(content, path, readZip(bytes));
    const unpacked = isGzip(bytes) ? gunzip(bytes) : bytes;
    if (isTar(unpacked)) return readArchive(content, path, readTar(unpacked));
    readText(content, path, unpacked, named);
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    content.problems.push(fileProblem(path, "rule-archive", error.message));
  }
}

function readText(content: PackContent, path: string, bytes: Buffer, named: boolean): void {
  const name = path.replace(/\.gz$/i, "");
  const isJson =
    /json(?:l)?$/i.test(name) ||
    (!/\.toml$/i.test(name) && /^\s*(?:\{|\[\s*[{"\]])/.test(bytes.toString("utf8", 0, 64)));
  if (isJson) {
    if (readJsonFile(content, path, bytes)) return;
    if (named) content.problems.push(fileProblem(path, "rule-no-table", "there is no rule in it", HINT));
    else content.ignored.push(path);
    return;
  }
  const { reading, isRule } = readTomlRule(path, bytes);
  if (!isRule && !named) {
    content.ignored.push(path);
    return;
  }
  if (reading.rule !== null) content.rules.push(reading.rule);
  content.problems.push(...reading.problems);
}

const HINT = "the forms that are read are described in docs/rule-formats.md";

function readArchive(content: PackContent, path: string, entries: Iterable<ArchiveEntry>): void {
  let count = 0;
  let total = 0;
  for (const entry of entries) {
    if (++count > ARCHIVE_LIMITS.entries) throw new ArchiveError(`it has more than ${ARCHIVE_LIMITS.entries} entries`);
    const name = safeEntryName(entry.name);
    if (name === null) {
      const message = `the entry ${JSON.stringify(entry.name)} leads out of the archive and was not read`;
      content.problems.push(fileProblem(path, "rule-archive", message));
      continue;
    }
    if (!TEXT_SUFFIX.test(name) || /(?:^|\/)(?:\.|__MACOSX)/.test(name)) continue;
    total += entry.size;
    if (total > ARCHIVE_LIMITS.totalBytes)
      throw new ArchiveError(`its entries have more than ${ARCHIVE_LIMITS.totalBytes} bytes`);
    readEntry(content, `${path}!${name}`, entry);
  }
}

function readEntry(content: PackContent, path: string, entry: ArchiveEntry): void {
  try {
    readText(content, path, entry.read(), false);
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    content.problems.push(fileProblem(path, "rule-archive", error.message));
  }
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function gunzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: ARCHIVE_LIMITS.totalBytes });
  } catch (cause) {
    throw new ArchiveError(`the gzip file is damaged or too large: ${errorMessage(cause)}`, { cause });
  }
}
