import { UserError } from "../base/errors.ts";
import type { CaseFile } from "../store/case-file.ts";
import type { EventSink } from "../store/event-sink.ts";
import { MemberPrefix } from "../store/member-prefix.ts";
import { addRejected, finishMember, finishSource, sourceById, type StoredSource } from "../store/sources.ts";
import { type BufferPool, type Chunk, chunkerFor } from "./chunker.ts";
import type { Continuation, Format, MemberFacts } from "./format.ts";
import type { LoadProgress } from "./load-types.ts";
import type { ChunkTask } from "./protocol.ts";
import type { PoolResult, WorkerPool } from "./worker-pool.ts";

const NEWLINE = 0x0a;

/** Where the bytes of a member come from. */
export interface MemberReader {
  /** Bytes read of the source as found, for the progress. */
  readonly bytesIn: number;
  /** Set when the end that was reached is not the true one. */
  readonly problem: { readonly code: string; readonly reason: string } | null;
  /** The next bytes: their number where they were put into `target`, otherwise the bytes; null at the end. */
  readInto(target: Buffer): Promise<Buffer | number | null>;
  /** SHA-256 of the source as found, and of its bytes decompressed, once everything was read. */
  digests(): { source: string; output: string };
}

/** What is needed to load a member of a source. */
export interface MemberJob {
  readonly file: CaseFile;
  readonly sink: EventSink;
  readonly pool: WorkerPool;
  readonly buffers: BufferPool;
  readonly source: number;
  readonly member: number;
  readonly reader: MemberReader;
  /** It is an entry of an archive: whoever reads the archive finishes member and source. */
  readonly part?: boolean;
  readonly format: Format;
  readonly facts: MemberFacts;
  /** What is before and after it, where rotation cut one log into several files. */
  readonly around?: Continuation;
  /** Of the source as found; null when it is not known. */
  readonly size: number | null;
  readonly timezone: string | null;
  readonly onProgress: ((progress: LoadProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  readonly now: () => Date;
  /** Called in the transaction in which the source becomes complete. */
  readonly onFinish: () => void;
}

/**
 * Reads a member to its end: chunks go to the workers, their results to the sink in order. What the case has already of
 * an interrupted load is compared with the bytes that come now, and not read again.
 * @returns what the next file of the same log has to know (`Continuation.before`)
 * @throws UserError `evidence-changed`; AbortError when the signal was given (what was read so far is in the case)
 */
export async function loadMember(job: MemberJob): Promise<unknown> {
  return await new MemberLoad(job).run();
}

class MemberLoad {
  readonly #job: MemberJob;
  readonly #prefix: MemberPrefix;
  readonly #sent = new Map<number, Chunk>();
  #next = 0;
  #written = 0;
  /** Of the next chunk that is not in the case. */
  #line = 1;
  #started = false;
  /** Not handed to a worker yet: when no other follows, none is started for it. */
  #first: Chunk | null = null;
  #events = 0;
  #lastProgress = 0;
  #bytes = 0;

  constructor(job: MemberJob) {
    this.#job = job;
    this.#prefix = new MemberPrefix(job.file, job.member);
  }

  async run(): Promise<unknown> {
    const job = this.#job;
    const chunker = chunkerFor(job.format, job.facts, job.buffers, job.around);
    for (;;) {
      const bytes = await job.reader.readInto(chunker.room());
      if (bytes === null) break;
      this.#bytes += typeof bytes === "number" ? bytes : bytes.length;
      const chunks = typeof bytes === "number" ? chunker.filled(bytes) : chunker.push(bytes);
      for (const chunk of chunks) await this.#send(chunk);
      if (job.signal?.aborted === true) await this.#interrupt();
      this.#writeReady();
    }
    for (const chunk of chunker.end()) await this.#send(chunk);
    await this.#writeAll();
    if (!this.#started) this.#checkPrefixEnd();
    this.#finish();
    return chunker.handOver();
  }

  async #send(chunk: Chunk): Promise<void> {
    const end = chunk.start + chunk.length;
    if (end <= this.#prefix.bytes) {
      this.#skip(chunk);
      return;
    }
    if (!this.#started) {
      this.#start(chunk);
      this.#first = chunk;
      return;
    }
    if (this.#first !== null) {
      const first = this.#first;
      this.#first = null;
      await this.#dispatch(first);
    }
    await this.#dispatch(chunk);
  }

  async #dispatch(chunk: Chunk): Promise<void> {
    const { pool } = this.#job;
    while (!pool.ready) {
      await pool.wait();
      this.#writeReady();
    }
    const sequence = this.#next++;
    this.#sent.set(sequence, chunk);
    pool.send(this.#task(chunk, sequence));
  }

  #task(chunk: Chunk, sequence: number): ChunkTask {
    const { format, facts } = this.#job;
    return {
      sequence,
      buffer: chunk.buffer,
      length: chunk.length,
      blocks: chunk.blocks,
      blocksFrom: chunk.blocksFrom,
      format: format.id,
      member: facts,
      documents: chunk.documents,
      first: chunk.start === 0,
      skip: chunk.skip,
    };
  }

  /** The chunk is in the case already, or the file is another one. */
  #skip(chunk: Chunk): void {
    const data = Buffer.from(chunk.buffer, chunk.blocksFrom, chunk.length - chunk.blocksFrom);
    if (!this.#prefix.matches(data)) throw this.#changed();
    for (let at = data.indexOf(NEWLINE); at >= 0; at = data.indexOf(NEWLINE, at + 1)) this.#line += 1;
    this.#job.buffers.give(chunk.buffer);
  }

  #start(chunk: Chunk): void {
    if (chunk.start + chunk.blocksFrom !== this.#prefix.bytes) throw this.#changed();
    this.#started = true;
    this.#job.sink.startMember(this.#job.source, this.#job.member, this.#line);
  }

  #checkPrefixEnd(): void {
    if (this.#bytes !== this.#prefix.bytes) throw this.#changed();
  }

  #changed(): UserError {
    const { name } = this.#job.facts;
    return new UserError("evidence-changed", `${name} is not the file of which a part was loaded before`, {
      hint: "load the file that was begun, or use a new case",
    });
  }

  /** Writes the results that are there, as far as they follow each other. */
  #writeReady(): void {
    for (;;) {
      const chunk = this.#sent.get(this.#written);
      const result = chunk === undefined ? null : this.#job.pool.take(this.#written);
      if (chunk === undefined || result === null) return;
      this.#sent.delete(this.#written);
      this.#written += 1;
      this.#write(chunk, result);
    }
  }

  #write(chunk: Chunk, { worker, batch }: PoolResult): void {
    this.#job.sink.add(batch, {
      worker,
      data: new Uint8Array(chunk.buffer),
      start: chunk.start,
      relativeLines: chunk.documents === null,
      blocksFrom: chunk.start + chunk.blocksFrom,
    });
    this.#events += batch.events;
    this.#job.buffers.give(chunk.buffer);
    this.#report();
  }

  async #writeAll(): Promise<void> {
    if (this.#first !== null) {
      this.#write(this.#first, this.#job.pool.readHere(this.#task(this.#first, 0)));
      this.#first = null;
    }
    for (;;) {
      this.#writeReady();
      if (this.#written === this.#next) break;
      await this.#job.pool.wait();
    }
    if (this.#started) this.#job.sink.flush();
  }

  async #interrupt(): Promise<never> {
    await this.#writeAll();
    throw new DOMException("the load was interrupted", "AbortError");
  }

  #report(): void {
    const { onProgress, reader, size, facts } = this.#job;
    const now = performance.now();
    if (onProgress === undefined || now - this.#lastProgress < 100) return;
    this.#lastProgress = now;
    onProgress({ phase: "read", path: facts.name, bytes: reader.bytesIn, total: size, events: this.#events });
  }

  #finish(): void {
    const { file, source, member, reader } = this.#job;
    const { problem } = reader;
    if (problem !== null) {
      const { code, reason } = problem;
      addRejected(file, source, member, { line: 0, offset: this.#bytes, bytes: 0, code, reason });
    }
    if (this.#job.part === true) return;
    const digests = reader.digests();
    file.transaction(() => {
      finishMember(file, member, digests.output, this.#bytes, problem?.reason ?? null);
      const stored = sourceById(file, source);
      finishSource(file, source, {
        sha256: digests.source,
        bytes: reader.bytesIn,
        warnings: stored === undefined ? [] : [...this.#nothing(stored), ...warningsOf(stored, this.#job.timezone)],
        finishedAt: this.#job.now().toISOString(),
      });
      this.#job.onFinish();
    });
  }

  /** That there is no document at all: nobody shall think that there were events without findings. */
  #nothing(source: StoredSource): string[] {
    if (source.documents > source.blank) return [];
    if (this.#bytes === 0) return ["the file is empty"];
    return [source.blank > 0 ? "the file holds only blank lines" : "there is no document in the file"];
  }
}

/** What a summary says of a source that was read. */
export function warningsOf(source: StoredSource, timezone: string | null): string[] {
  const warnings: string[] = [];
  const count = (n: number, one: string, many: string): string => (n === 1 ? `1 ${one}` : `${n} ${many}`);
  if (source.zoneless > 0) {
    const events = count(source.zoneless, "event has a time", "events have times");
    warnings.push(
      timezone === null
        ? `${events} without a zone: read as UTC; --timezone names another`
        : `${events} without a zone: read as ${timezone}`,
    );
  }
  if (source.untimed > 0) {
    const events = count(source.untimed, "event has", "events have");
    warnings.push(`${events} no usable time: kept, sorted last, in no sequence`);
  }
  if (source.conflicts > 0) {
    const events = count(source.conflicts, "event has", "events have");
    warnings.push(`${events} the event.id and agent.id of another one, but other content: kept and flagged`);
  }
  if (source.unnamed > 0) {
    warnings.push(
      `${count(source.unnamed, "value is", "values are")} in the originals only: the field name is too long, or there are too many fields`,
    );
  }
  return warnings;
}
