import { invariant } from "../base/errors.ts";
import type { CaseFile } from "../store/case-file.ts";
import { readEventPlaces } from "../store/event-places.ts";
import { readFindingEvents, readFindings } from "../store/finding-rows.ts";
import type { HuntedFinding } from "./hunt-types.ts";

/** A finding that a hunt produced. */
export interface FoundBy {
  readonly id: number;
  /** The rule's id. */
  readonly rule: string;
  readonly state: "new" | "unchanged";
  /** A group of a threshold or new-terms rule. */
  readonly grouped: boolean;
}

type GroupKeys = NonNullable<HuntedFinding["group"]>["keys"];

/** Findings that are read at a time. */
const CHUNK = 2_000;

/** The findings of a hunt as the case now has them, in the given order. */
export function* readHunted(file: CaseFile, found: readonly FoundBy[]): Generator<HuntedFinding> {
  for (let start = 0; start < found.length; start += CHUNK) yield* readChunk(file, found.slice(start, start + CHUNK));
}

function readChunk(file: CaseFile, found: readonly FoundBy[]): HuntedFinding[] {
  const ids = found.map(({ id }) => id);
  const stored = new Map(readFindings(file, ids).map((finding) => [finding.id, finding]));
  const events = readFindingEvents(file, ids);
  const places = readEventPlaces(
    file,
    [...events.values()].flat().filter((event) => event !== null),
  );
  return found.map(({ id, rule, state, grouped }) => {
    const finding = stored.get(id);
    invariant(finding !== undefined, `finding ${id} is stored`);
    return {
      id,
      rule,
      events: (events.get(id) ?? []).map((event) => (event === null ? null : (places.get(event) ?? null))),
      state,
      verdict: finding.verdict,
      suppressedBy: finding.suppressedBy,
      outsideIndex: finding.outsideIndex,
      group: grouped ? { keys: JSON.parse(finding.joinKeys) as GroupKeys, events: finding.total } : null,
    };
  });
}
