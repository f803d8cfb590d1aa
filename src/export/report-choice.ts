/** Which findings a report tells in full, which in a line each: it stays readable with 100,000 of them. */
import { SEVERITIES } from "../rules/rule.ts";
import type { FindingRow } from "../triage/types.ts";

/** Findings that are told in full unless it is asked otherwise. */
export const DEFAULT_DETAILS = 250;
/** Findings that get a line each, after those told in full. */
export const LISTED = 2_000;

/** The rule of the choice, as the report says it. */
export const CHOICE_TEXT =
  "those judged true positive or marked come first, then by severity, risk score and time; they stand in order of time";

interface Candidate {
  readonly id: number;
  /** Place in the order of the export. */
  readonly place: number;
  readonly chosen: boolean;
  readonly severity: number;
  readonly risk: number;
}

/** Keeps the best of many: memory grows with `limit` only. */
export class Best<T> {
  readonly #limit: number;
  readonly #compare: (a: T, b: T) => number;
  #items: T[] = [];

  constructor(limit: number, compare: (a: T, b: T) => number) {
    this.#limit = limit;
    this.#compare = compare;
  }

  add(item: T): void {
    this.#items.push(item);
    if (this.#items.length >= 2 * this.#limit + 100) this.#items = this.list();
  }

  /** The best first. */
  list(): T[] {
    return this.#items.sort(this.#compare).slice(0, this.#limit);
  }
}

/** Chooses among findings that are added in their order. */
export class FindingChoice {
  readonly #details: number;
  readonly #best: Best<Candidate>;
  #place = 0;

  /** @param details how many are told in full */
  constructor(details: number) {
    this.#details = details;
    this.#best = new Best(details + LISTED, byWeight);
  }

  add(row: FindingRow): void {
    this.#best.add({
      id: row.id,
      place: (this.#place += 1),
      chosen: row.marked || row.verdict === "true_positive",
      severity: SEVERITIES.indexOf(row.severity),
      risk: row.riskScore,
    });
  }

  /** Numbers of findings, each list in the order in which they were added. */
  end(): { readonly inFull: number[]; readonly inLines: number[] } {
    const best = this.#best.list();
    const ordered = (part: readonly Candidate[]): number[] =>
      part.toSorted((a, b) => a.place - b.place).map(({ id }) => id);
    return { inFull: ordered(best.slice(0, this.#details)), inLines: ordered(best.slice(this.#details)) };
  }
}

function byWeight(a: Candidate, b: Candidate): number {
  return Number(b.chosen) - Number(a.chosen) || b.severity - a.severity || b.risk - a.risk || a.place - b.place;
}
