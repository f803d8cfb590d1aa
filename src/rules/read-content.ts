import { gunzipSync } from "node:zlib";
import { errorMessage } from "../base/errors.ts";
import {
  ArchiveError,
  type ArchiveProblem,
  isHarmless,
  type MemoryEntry,
  refuseEntryName,
} from "../base/archive-entry.ts";
import { isTar, readTarBytes } from "../base/tar.ts";
import { isZip, readZipBytes } from "../base/zip.ts";
import { fileProblem } from "./pack-content.ts";
import type { PackContent } from "./pack-content.ts";
import { readJsonFile } from "./read-json.ts";
import { readTomlRule } from "./read-toml.ts";

/** What an archive of rules may hold. Elastic's own packs have some 20,000 files and 200 MB. */
const ARCHIVE_LIMITS = {
  entries: 200_000,
  entryBytes: 64 * 1024 * 1024,
  totalBytes: 1024 * 1024 * 1024,
} as const;

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
    if (isZip(bytes)) return readArchive(content, path, readZipBytes(bytes, ARCHIVE_LIMITS.entryBytes));
    const unpacked = isGzip(bytes) ? gunzip(bytes) : bytes;
    if (isTar(unpacked)) return readArchive(content, path, readTarBytes(unpacked));
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

function readArchive(content: PackContent, path: string, entries: Iterable<MemoryEntry>): void {
  const seen = new Set<string>();
  let count = 0;
  let total = 0;
  for (const entry of entries) {
    if (++count > ARCHIVE_LIMITS.entries) throw new ArchiveError(`it has more than ${ARCHIVE_LIMITS.entries} entries`);
    const name = plainName(entry.path);
    const why = entry.kind === "refused" ? entry : refuseEntryName(entry.path, seen);
    if (why !== null) {
      if (!isHarmless(why)) refuseEntry(content, path, name, entry.path, why);
      continue;
    }
    seen.add(entry.path);
    if (entry.kind !== "file" || !TEXT_SUFFIX.test(name) || /(?:^|\/)(?:\.|__MACOSX)/.test(name)) continue;
    total += entry.size;
    if (total > ARCHIVE_LIMITS.totalBytes)
      throw new ArchiveError(`its entries have more than ${ARCHIVE_LIMITS.totalBytes} bytes`);
    readEntry(content, `${path}!${name}`, entry.read);
  }
}

/** With slashes, without empty parts and single dots. */
function plainName(path: string): string {
  const parts = path.replaceAll("\\", "/").split("/");
  return parts.filter((part) => part !== "" && part !== ".").join("/");
}

function refuseEntry(content: PackContent, path: string, name: string, written: string, why: ArchiveProblem): void {
  const leaves = why.code === "archive-outside" || why.code === "archive-absolute" || why.code === "archive-name";
  const message = leaves
    ? `the entry ${JSON.stringify(written)} leads out of the archive and was not read`
    : why.reason;
  content.problems.push(fileProblem(leaves || name === "" ? path : `${path}!${name}`, "rule-archive", message));
}

function readEntry(content: PackContent, path: string, read: () => Buffer): void {
  try {
    readText(content, path, read(), false);
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
