import type { CaseFile } from "../store/case-file.ts";
import type { StoredFinding } from "../store/finding-rows.ts";
import { findingKey } from "../store/findings.ts";
import { WITHHELD } from "../store/redact/secrets.ts";
import { readRule, type RuleRow } from "../store/rules.ts";

/** Proof that the key of a finding is that of its rule and its events, or its group. */
export class KeyCheck {
  readonly #file: CaseFile;
  /** The first version of the rule of each row. */
  readonly #first = new Map<number, RuleRow | null>();

  constructor(file: CaseFile) {
    this.#file = file;
  }

  /** What is wrong with it, or null. */
  problem(finding: StoredFinding, events: readonly (number | null)[]): string | null {
    const first = this.#firstOf(finding.rule);
    if (first === null) return "its rule is not in the case";
    const joinKeys = JSON.parse(finding.joinKeys) as { field: string; value: string | null }[];
    const match = {
      events: events.map((event) => (event === null ? null : BigInt(event))),
      joinKeys,
      total: finding.total,
    };
    const identity = [first.id, first.path, first.hash];
    if (findingKey(identity, match) === finding.key) return null;
    if (findingKey(identity, { ...match, grouped: true }) === finding.key) return null;
    // A group is named by its values: where one is withheld, so is what the key was made of.
    return joinKeys.some(({ value }) => value?.includes(WITHHELD) === true) || first.path.includes(WITHHELD)
      ? null
      : "its key is not that of its rule and events";
  }

  #firstOf(rule: number): RuleRow | null {
    let first = this.#first.get(rule);
    if (first === undefined) {
      const row = readRule(this.#file, rule);
      first = row === null ? null : readRule(this.#file, row.identity);
      this.#first.set(rule, first);
    }
    return first;
  }
}
