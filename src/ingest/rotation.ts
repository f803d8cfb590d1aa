import path from "node:path";
import type { Continuation, Format } from "./format.ts";
import { TEXT_FORMATS } from "./formats/dialects.ts";
import { SourceReader } from "./source-reader.ts";

/** Enough of a file to see when its first record was made, and to find records that belong to the end of the file before. */
const HEAD_BYTES = 64 * 1024;

/**
 * Files of one log, as rotation leaves them: `audit.log`, `audit.log.1`, `audit.log-20240501.gz` in one folder, oldest
 * first by the times of their first records. Files of other names or folders may be of other hosts, and stay apart.
 */
export class Rotations {
  /** All files; those of a log are in the order of time, at the places where the log's files stood. */
  readonly files: readonly string[];
  readonly #before = new Map<string, string>();
  readonly #heads = new Map<string, Buffer>();
  readonly #handedOver = new Map<string, unknown>();

  private constructor(files: readonly string[], logs: readonly (readonly Part[])[]) {
    const ordered = [...files];
    for (const log of logs) {
      const places = log.map(({ file }) => files.indexOf(file)).sort((a, b) => a - b);
      const parts = [...log].sort((a, b) => a.time - b.time);
      parts.forEach(({ file, head }, index) => {
        ordered[places[index] ?? 0] = file;
        const before = parts[index - 1];
        if (before === undefined) return;
        this.#before.set(file, before.file);
        this.#heads.set(before.file, head);
      });
    }
    this.files = ordered;
  }

  /** Finds the logs among files that are to be loaded together. Files that cannot be read belong to none. */
  static async find(files: readonly string[]): Promise<Rotations> {
    const logs = new Map<string, string[]>();
    for (const file of new Set(files)) {
      if (file === "-") continue;
      const log = path.join(path.dirname(file), stemOf(path.basename(file)));
      logs.set(log, [...(logs.get(log) ?? []), file]);
    }
    const found: Part[][] = [];
    for (const members of logs.values()) {
      if (members.length < 2) continue;
      const byFormat = new Map<Format, Part[]>();
      for (const file of members) {
        const part = await partOf(file);
        if (part !== null) byFormat.set(part.format, [...(byFormat.get(part.format) ?? []), part]);
      }
      found.push(...byFormat.values());
    }
    return new Rotations(files, found);
  }

  /** The file of the same log before this one; undefined: none. */
  before(file: string): string | undefined {
    return this.#before.get(file);
  }

  /**
   * What a file's splitter has to know of its neighbours; undefined when it has none.
   * @param alone the file before was not read together with this one: its last event did not wait for this file
   */
  async continuationOf(file: string, format: Format, alone: boolean): Promise<Continuation | undefined> {
    const next = this.#heads.get(file) ?? null;
    const before = this.#before.get(file);
    if (before === undefined) return next === null ? undefined : { before: null, next, alone };
    if (!this.#handedOver.has(before)) {
      const continuation = await this.continuationOf(before, format, alone);
      this.#handedOver.set(before, await splitOnly(before, format, continuation));
    }
    return { before: this.#handedOver.get(before), next, alone };
  }

  /** Keeps what the splitter of a file hands over to the next. */
  handOver(file: string, state: unknown): void {
    this.#handedOver.set(file, state);
  }
}

interface Part {
  readonly file: string;
  readonly format: Format;
  /** Seconds since 1970. */
  readonly time: number;
  readonly head: Buffer;
}

const COMPRESSED = /\.(?:gz|zst|bz2|xz)$/i;
const ROTATED = /(?:[.-](?:\d{1,3}|\d{8}(?:[-_.]?\d{1,10})?|\d{10})|\.old)$/;

/** The name of a log without what rotation and compression added: `audit.log` for `audit.log.2.gz` and `audit.2.log`. */
function stemOf(name: string): string {
  const plain = name.replace(COMPRESSED, "");
  return plain.replace(ROTATED, "").replace(/[.-]\d{1,3}(\.log)$/, "$1");
}

async function partOf(file: string): Promise<Part | null> {
  const head = await headOf(file).catch(() => null);
  if (head === null) return null;
  const text = head.toString("utf8");
  const format = TEXT_FORMATS.find((candidate) => candidate.matches(text))?.format;
  const time = format?.began?.(text) ?? null;
  return format === undefined || time === null ? null : { file, format, time, head };
}

/** The first bytes, decompressed. */
async function headOf(file: string): Promise<Buffer> {
  const reader = await SourceReader.openFile(file);
  try {
    return await reader.peek(HEAD_BYTES);
  } finally {
    await reader.close();
  }
}

/** The state after a file that is not loaded now: it was loaded before, or with another format. */
async function splitOnly(file: string, format: Format, continuation: Continuation | undefined): Promise<unknown> {
  if (format.documents === "lines") return null;
  const splitter = format.documents.splitter({ name: file, modified: null }, undefined, continuation);
  const reader = await SourceReader.openFile(file).catch(() => null);
  if (reader === null) return null;
  try {
    for (let bytes = await reader.read(); bytes !== null; bytes = await reader.read()) splitter.push(bytes);
    splitter.end();
    return splitter.handOver?.() ?? null;
  } finally {
    await reader.close();
  }
}
