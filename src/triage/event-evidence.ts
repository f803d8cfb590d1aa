import { sha256Hex } from "../base/sha256.ts";
import { flattenDocument } from "../ecs/flatten.ts";
import type { CaseFile } from "../store/case-file.ts";
import { type EventOrigin, OriginalReader, readOrigins } from "../store/event-origin.ts";

/** An event with its origin and content. */
export interface EventEvidence extends EventOrigin {
  /** sha256 of the document's bytes as they stand in the evidence (a line without its break). */
  readonly originalSha256: string;
  /** The ECS document, out of any wrapper; null when the bytes are not JSON. */
  readonly document: Readonly<Record<string, unknown>> | null;
  /** The document's text where it is not JSON; else null. */
  readonly original: string | null;
  /** Values by dotted path. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** Reads events with their originals. One reader for many events of a case: it keeps blocks. */
export class EvidenceReader {
  readonly #file: CaseFile;
  readonly #originals: OriginalReader;

  constructor(file: CaseFile) {
    this.#file = file;
    this.#originals = new OriginalReader(file);
  }

  /** Events by id; those that do not exist are left out. */
  read(events: readonly number[]): Map<number, EventEvidence> {
    const evidence = new Map<number, EventEvidence>();
    for (const [event, origin] of readOrigins(this.#file, events)) {
      const bytes = this.#originals.bytesOf(event);
      const text = bytes.toString("utf8");
      const document = documentOf(text);
      evidence.set(event, {
        ...origin,
        originalSha256: sha256Hex(bytes),
        document,
        original: document === null ? text : null,
        values: document === null ? new Map() : flattenDocument(document),
      });
    }
    return evidence;
  }
}

function documentOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return null;
    return isObject(value["_source"]) ? value["_source"] : value;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
