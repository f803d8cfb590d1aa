import { parseExactJson } from "../base/exact-json.ts";
import { sha256Hex } from "../base/sha256.ts";
import { toText } from "../ecs/field-value.ts";
import { forEachLeaf } from "../ecs/normalise.ts";
import type { CaseFile } from "../store/case-file.ts";
import { type EventOrigin, readOrigins } from "../store/event-origin.ts";
import { EventReader } from "../store/events.ts";
import { withheldOriginal } from "../store/redaction.ts";

/** An event with its origin and content. */
export interface EventEvidence extends EventOrigin {
  /** sha256 of the document's bytes as they stand in the evidence (a line without its break); null: withheld. */
  readonly originalSha256: string | null;
  /** The original is withheld from this copy of the case: `json` is what its columns still hold. */
  readonly withheld: boolean;
  /** The ECS document as compact JSON, out of any wrapper; numbers exactly as they were written. */
  readonly json: string;
  /** The original text where it is not JSON; else null. */
  readonly original: string | null;
  /** Values by dotted path. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** Reads events with their originals. One reader for many events of a case: it keeps blocks. */
export class EvidenceReader {
  readonly #file: CaseFile;
  readonly #reader: EventReader;

  constructor(file: CaseFile) {
    this.#file = file;
    this.#reader = new EventReader(file);
  }

  /** Events by id; those that do not exist are left out. */
  read(events: readonly number[]): Map<number, EventEvidence> {
    const evidence = new Map<number, EventEvidence>();
    for (const [event, origin] of readOrigins(this.#file, events)) {
      const { json, original, withheld } = this.#reader.document(event);
      const originalSha256 = withheld
        ? withheldOriginal(this.#file, event)
        : sha256Hex(this.#reader.originalBytes(event));
      evidence.set(event, withValues({ ...origin, originalSha256, withheld, json, original }));
    }
    return evidence;
  }
}

/** The values are read out of the document when they are asked for: not everything that needs an event needs them. */
function withValues(event: Omit<EventEvidence, "values">): EventEvidence {
  let values: ReadonlyMap<string, readonly string[]> | undefined;
  return {
    ...event,
    get values() {
      return (values ??= flattenJson(event.json));
    },
  };
}

/** The values of a JSON document by dotted path, as text, in document order. Empty where it is no object. */
export function flattenJson(json: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  const parsed = parseExactJson(json);
  if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null || Array.isArray(parsed.value)) {
    return fields;
  }
  forEachLeaf(parsed.value as Record<string, unknown>, (path, value) => {
    const text = toText(value);
    const values = fields.get(path);
    if (values === undefined) fields.set(path, [text]);
    else values.push(text);
  });
  return fields;
}
