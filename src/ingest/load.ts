import { readdir, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { EXIT, invariant, UserError } from "../base/errors.ts";
import { VERSION } from "../base/version.ts";
import { sha256OfFile } from "../base/sha256.ts";
import { NORMALISER_VERSION } from "../ecs/normalise.ts";
import { parseTimeZone } from "../ecs/time-zone.ts";
import type { CaseFile } from "../store/case-file.ts";
import { hasIndexes, indexSteps } from "../store/case-indexes.ts";
import { EventSink } from "../store/event-sink.ts";
import { FieldRegistry } from "../store/field-registry.ts";
import { readRedaction } from "../store/redaction.ts";
import { type Actor, appendJournal } from "../store/journal.ts";
import { caseDigests, loadDigests } from "../store/record-digests.ts";
import {
  claimSource,
  createSource,
  listMembers,
  listSources,
  refuseSecondLoader,
  releaseSource,
  sourceById,
  type StoredSource,
} from "../store/sources.ts";
import { createViews } from "../store/views.ts";
import { isCaseError, toUserError } from "../store/store-errors.ts";
import { archiveKind } from "./archive.ts";
import { loadArchive } from "./archive-load.ts";
import { BufferPool } from "./chunker.ts";
import type { Detection, Format, MemberFacts } from "./format.ts";
import { CONTAINERS, ecsFormat } from "./formats/containers.ts";
import { detectFormat, formatById, HEAD_BYTES } from "./formats/registry.ts";
import type { LoadOptions, LoadProgress, LoadReport, SourceReport } from "./load-types.ts";
import { loadMember, type MemberJob } from "./member-load.ts";
import type { NormaliseOptions } from "./protocol.ts";
import { Rotations } from "./rotation.ts";
import { sameContent } from "./same-content.ts";
import { SourceReader, toReadError } from "./source-reader.ts";
import { WorkerPool } from "./worker-pool.ts";

export interface LoadHooks {
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Ends the load at the end of a batch; `loadEvidence` then throws an `AbortError`. */
  readonly signal?: AbortSignal;
  /** What `-` is. */
  readonly stdin?: Readable;
  /** Who loads, for the journal; absent: nobody is named. */
  readonly analyst?: string;
  readonly now?: () => Date;
}

/**
 * Loads files, folders and standard input (`-`) into a case. What cannot be opened or is refused is reported, and the
 * others are loaded. The case is complete when this returns: indexes, statistics and views included.
 * @throws UserError `case-loading`, `time-zone-unknown`, `format-unknown`; AbortError when the signal was given
 */
export async function loadEvidence(
  file: CaseFile,
  paths: readonly string[],
  options: LoadOptions,
  hooks: LoadHooks = {},
): Promise<LoadReport> {
  if (options.timezone !== null) parseTimeZone(options.timezone);
  const format = options.format === "auto" ? null : formatById(options.format, options.map);
  if (options.format !== "auto" && format === null) {
    throw new UserError("format-unknown", `there is no format '${options.format}'`, { exitCode: EXIT.usage });
  }
  if (readRedaction(file) !== null) {
    throw new UserError(
      "case-redacted",
      `${file.path} is a copy from which values are withheld; it takes no more evidence`,
      {
        hint: "load into the original case",
      },
    );
  }
  refuseSecondLoader(file);
  const given = await expandFolders(paths);
  try {
    return { sources: await loadAll(new Loader(file, options, format, hooks), given) };
  } catch (error) {
    throw toUserError(file.path, error, file.db);
  }
}

async function loadAll(loader: Loader, given: readonly string[]): Promise<SourceReport[]> {
  try {
    const sources: SourceReport[] = [];
    for (const file of await loader.prepare(given)) sources.push(await loader.load(file));
    return sources;
  } finally {
    await loader.close();
  }
}

/** Folders become the files in them, in order of their names. */
export async function expandFolders(paths: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  for (const given of paths) {
    const found = given === "-" ? null : await stat(given).catch(() => null);
    if (found?.isDirectory() !== true) {
      all.push(given);
      continue;
    }
    const entries = await readdir(given, { withFileTypes: true, recursive: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    all.push(...files.sort());
  }
  return all;
}

class Loader {
  readonly #file: CaseFile;
  readonly #options: LoadOptions;
  readonly #format: Format | null;
  readonly #hooks: LoadHooks;
  readonly #normalise: NormaliseOptions;
  readonly #buffers = new BufferPool();
  #pool: WorkerPool | null = null;
  #sink: EventSink | null = null;
  #wrote = false;
  #interrupted = false;
  /** Bytes of evidence after which a load is a large one; see `prepare`. */
  #largeBytes = 0;
  #rotations: Rotations | null = null;
  /** Files that this load has read. */
  readonly #loaded = new Set<string>();

  constructor(file: CaseFile, options: LoadOptions, format: Format | null, hooks: LoadHooks) {
    this.#file = file;
    this.#options = options;
    this.#format = format;
    this.#hooks = hooks;
    this.#normalise = {
      timestampField: options.timestampField,
      tiebreakerField: options.tiebreakerField,
      categoryField: options.categoryField,
      timezone: options.timezone,
      mapping: options.mapping,
      ...(options.map === undefined ? {} : { map: options.map }),
    };
  }

  #now(): Date {
    return this.#hooks.now?.() ?? new Date();
  }

  async load(given: string): Promise<SourceReport> {
    const started = performance.now();
    const report = await this.#load(given);
    return { ...report, seconds: (performance.now() - started) / 1000 };
  }

  async #load(given: string): Promise<SourceReport> {
    let modified: string | null = null;
    let size: number | null = null;
    let reader: SourceReader;
    try {
      if (given === "-") reader = await SourceReader.openStream(this.#hooks.stdin ?? process.stdin);
      else {
        const facts = await stat(given);
        if (facts.isDirectory()) throw new UserError("evidence-unreadable", `${given} is a folder within a folder`);
        modified = facts.mtime.toISOString();
        size = facts.size;
        const known = await this.#alreadyLoaded(given, size);
        if (known !== null) return reportOf(known, given, listMembers(this.#file, known.id).length, "already-loaded");
        reader = await SourceReader.openFile(given);
      }
    } catch (error) {
      return failed(given, error instanceof UserError ? error : toReadError(given, error));
    }
    try {
      return await this.#read(given, reader, { name: given, modified }, size);
    } finally {
      await reader.close();
    }
  }

  /** The complete source with the same bytes, if there is one. */
  async #alreadyLoaded(given: string, size: number): Promise<StoredSource | null> {
    const same = listSources(this.#file).filter((source) => source.status === "complete" && source.bytes === size);
    if (same.length === 0) return null;
    const digest = await sha256OfFile(given);
    return same.find((source) => source.sha256 === digest) ?? null;
  }

  async #read(given: string, reader: SourceReader, member: MemberFacts, size: number | null): Promise<SourceReport> {
    const head = await reader.peek(HEAD_BYTES);
    const archive = archiveKind(head.subarray(0, 512));
    const detection = this.#format === null ? this.#detect(head, reader) : formatIs(this.#format);
    if (detection.kind === "refused" && archive === null) {
      const why = reader.problem === null ? detection : reader.problem;
      return failed(given, new UserError(why.code, `${given}: ${why.reason}`));
    }
    const format = detection.kind === "format" ? detection.format : null;
    const formatId = archive ?? format?.id ?? "";
    const optionsText = JSON.stringify({ ...this.#normalise, keepDuplicates: this.#options.keepDuplicates });
    const interrupted = listSources(this.#file).find(
      (source) => source.status === "loading" && source.path === given && source.format === formatId,
    );
    if (interrupted !== undefined && interrupted.options !== optionsText) {
      return failed(
        given,
        new UserError("options-differ", `${given} was loaded in part with other options; nothing was done`, {
          hint: `load it with the options it was begun with: ${interrupted.options}`,
        }),
      );
    }
    const ids = this.#register(given, formatId, optionsText, interrupted);
    try {
      const job = {
        ...ids,
        file: this.#file,
        sink: this.#openSink(),
        pool: this.#openPool(),
        buffers: this.#buffers,
        reader,
        facts: member,
        size,
        timezone: this.#options.timezone,
        ...(this.#options.map === undefined ? {} : { map: this.#options.map }),
        onProgress: this.#hooks.onProgress,
        signal: this.#hooks.signal,
        now: () => this.#now(),
        onFinish: () => this.#journal(ids.source),
      };
      if (archive === null && format !== null)
        await this.#loadFile(given, { ...job, format }, interrupted !== undefined);
      else if (archive !== null)
        await loadArchive({
          ...job,
          keepUnread: this.#options.keepUnread === true,
          kind: archive,
          format: this.#format,
          path: given === "-" ? null : given,
        });
    } catch (error) {
      if (error instanceof UserError && !isCaseError(error)) return failed(given, error);
      this.#interrupted = true;
      throw error;
    } finally {
      releaseSource(this.#file, ids.source);
    }
    const source = sourceById(this.#file, ids.source);
    invariant(source !== undefined, "a source that was loaded is in the case");
    return reportOf(
      source,
      given,
      listMembers(this.#file, ids.source).length,
      interrupted === undefined ? "complete" : "resumed",
    );
  }

  /** Tells the journal of a source that was read to its end. In a transaction. */
  #journal(id: number): void {
    const source = sourceById(this.#file, id);
    invariant(source !== undefined, "a source that was loaded is in the case");
    const { path: loaded, sha256, bytes, format, documents, events, duplicates, rejected, blank } = source;
    const counts = { documents, events, duplicates, rejected, blank };
    const detail = { path: loaded, sha256, bytes, format, ...counts, digests: loadDigests(this.#file, id) };
    appendJournal(this.#file, this.#actor(), { action: "load", target: `source:${id}`, detail });
  }

  async #loadFile(given: string, job: MemberJob, resumed: boolean): Promise<void> {
    const together = resumed || this.#loaded.has(this.#rotations?.before(given) ?? "");
    const around = await this.#rotations?.continuationOf(given, job.format, !together);
    const handedOver = await loadMember(around === undefined ? job : { ...job, around });
    this.#rotations?.handOver(given, handedOver);
    this.#loaded.add(given);
  }

  /** A file without documents has been read to its end like any other: that it is empty is what it says. */
  #detect(head: Buffer, reader: SourceReader): Detection {
    const detection = detectFormat(head, this.#options.map);
    const nothing = detection.kind === "refused" && (detection.code === "empty" || detection.code === "blank");
    return nothing && reader.problem === null ? formatIs(ecsFormat(CONTAINERS.ndjson)) : detection;
  }

  #register(
    given: string,
    format: string,
    options: string,
    interrupted: StoredSource | undefined,
  ): { source: number; member: number } {
    this.#wrote = true;
    if (interrupted === undefined) {
      return createSource(this.#file, {
        path: given,
        format,
        options,
        normaliser: NORMALISER_VERSION,
        toolVersion: VERSION,
        startedAt: this.#now().toISOString(),
      });
    }
    claimSource(this.#file, interrupted.id);
    return { source: interrupted.id, member: listMembers(this.#file, interrupted.id)[0]?.id ?? 0 };
  }

  /**
   * The order in which files are read: those of a log that was rotated oldest first, the others as given. A load larger
   * than the case itself is faster without its indexes, which are built again at the end.
   */
  async prepare(files: readonly string[]): Promise<readonly string[]> {
    const sizes = await Promise.all(files.map(async (given) => (await stat(given).catch(() => null))?.size ?? 0));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const { size } = await stat(this.#file.path);
    this.#largeBytes = total > size ? 0 : size;
    this.#rotations = await Rotations.find(files);
    return this.#rotations.files;
  }

  #openSink(): EventSink {
    const { keepDuplicates, batchBytes } = this.#options;
    const largeBytes = this.#largeBytes;
    this.#sink ??= new EventSink(this.#file, { keepDuplicates, largeBytes, batchBytes, sameContent });
    return this.#sink;
  }

  #openPool(): WorkerPool {
    this.#pool ??= new WorkerPool(this.#options.workers ?? Math.max(1, availableParallelism()), this.#normalise);
    return this.#pool;
  }

  async close(): Promise<void> {
    await this.#pool?.close();
    this.#sink?.close();
    if (this.#interrupted || (!this.#wrote && !this.#unfinished())) return;
    FieldRegistry.settle(this.#file.db);
    for (const done of indexSteps(this.#file)) {
      this.#hooks.onProgress?.({ phase: "index", done });
      await setImmediate();
      if (this.#hooks.signal?.aborted === true) throw new DOMException("the load was interrupted", "AbortError");
    }
    createViews(this.#file);
    this.#file.transaction(() => {
      const digests = caseDigests(this.#file);
      appendJournal(this.#file, this.#actor(), { action: "load.finish", target: null, detail: { digests } });
    });
  }

  #actor(): Actor {
    return { analyst: this.#hooks.analyst ?? "", at: this.#now().toISOString() };
  }

  /** An earlier load was ended before it had built its indexes. */
  #unfinished(): boolean {
    return listSources(this.#file).some(({ status }) => status === "complete") && !hasIndexes(this.#file);
  }
}

function formatIs(format: Format): Detection {
  return { kind: "format", format };
}

function failed(path: string, error: UserError): SourceReport {
  return {
    path,
    sha256: null,
    bytes: 0,
    format: null,
    members: 0,
    documents: 0,
    events: 0,
    duplicates: 0,
    rejected: 0,
    blank: 0,
    untimed: 0,
    conflicts: 0,
    zoneless: 0,
    warnings: [],
    status: "failed",
    seconds: 0,
    error: { code: error.code, message: error.message, hint: error.hint ?? null },
  };
}

function reportOf(
  source: StoredSource,
  path: string,
  members: number,
  status: "complete" | "resumed" | "already-loaded",
): SourceReport {
  return {
    path,
    sha256: source.sha256,
    bytes: source.bytes ?? 0,
    format: source.format,
    members,
    documents: source.documents,
    events: source.events,
    duplicates: source.duplicates,
    rejected: source.rejected,
    blank: source.blank,
    untimed: source.untimed,
    conflicts: source.conflicts,
    zoneless: source.zoneless,
    warnings: JSON.parse(source.warnings) as string[],
    status,
    seconds: 0,
    error: null,
  };
}
