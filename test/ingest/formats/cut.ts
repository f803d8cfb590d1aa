import { expect } from "vitest";
import type { SplitDocument, Splitter } from "../../../src/ingest/format.ts";

/** What a splitter made of a text: one line a document, with its line number. */
export interface Cut {
  readonly line: number;
  readonly text: string;
  readonly rejected?: string;
  readonly context?: unknown;
}

/**
 * Cuts `input` in one piece, and again in pieces of every size from 1 to 64, resuming from the serialised state after
 * each piece; expects the same each time.
 */
export function cutEveryWay(make: (state?: unknown) => Splitter, input: string | Uint8Array): Cut[] {
  const bytes = typeof input === "string" ? Buffer.from(input) : Buffer.from(input);
  const whole = cutInPieces(make, bytes, Math.max(1, bytes.length), false);
  for (const size of [1, 2, 3, 5, 7, 16, 64]) {
    if (size > bytes.length) continue;
    expect(cutInPieces(make, bytes, size, true), `in pieces of ${String(size)}`).toEqual(whole);
  }
  return whole;
}

export function cutInPieces(make: (state?: unknown) => Splitter, bytes: Buffer, size: number, resume: boolean): Cut[] {
  let splitter = make();
  const documents: SplitDocument[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    documents.push(...splitter.push(bytes.subarray(at, at + size)));
    const fed = Math.min(at + size, bytes.length);
    const hold = splitter.holdFrom();
    expect(hold).toBeLessThanOrEqual(fed);
    expect(hold).toBeGreaterThanOrEqual(documents.at(-1)?.end ?? 0);
    if (resume) splitter = make(JSON.parse(JSON.stringify(splitter.state())));
  }
  documents.push(...splitter.end());
  let before = 0;
  for (const document of documents) {
    expect(document.start).toBeGreaterThanOrEqual(before);
    expect(document.end).toBeGreaterThanOrEqual(document.start);
    before = document.end;
  }
  return documents.map((document) => ({
    line: document.line,
    text: bytes.toString("utf8", document.start, document.end),
    ...(document.rejected === undefined ? {} : { rejected: document.rejected.code }),
    ...(document.context === undefined ? {} : { context: document.context }),
  }));
}
