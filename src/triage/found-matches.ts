import type { RuleMatch } from "../hunt/rule-task.ts";

/**
 * What a rule gave, looked up by what findings say. Findings come mostly in the order of their matches, so the next match
 * is tried first; an index is only made where it is not that one.
 */
export class FoundMatches {
  readonly #matches: readonly RuleMatch[];
  readonly #taken: Uint8Array;
  #next = 0;
  #index: Map<string, number> | null = null;

  constructor(matches: readonly RuleMatch[]) {
    this.#matches = matches;
    this.#taken = new Uint8Array(matches.length);
  }

  /** The match of exactly these events and keys; undefined where the rule does not give it. */
  take(events: readonly (number | null)[], keys: readonly (string | null)[]): RuleMatch | undefined {
    const next = this.#matches[this.#next];
    const at = next !== undefined && isMatch(next, events, keys) ? this.#next : this.#lookUp(events, keys);
    const match = at === undefined ? undefined : this.#matches[at];
    if (at === undefined || match === undefined) return undefined;
    this.#taken[at] = 1;
    this.#next = at + 1;
    return match;
  }

  /** Those that were not taken. */
  *left(): Generator<RuleMatch> {
    for (const [at, match] of this.#matches.entries()) if (this.#taken[at] !== 1) yield match;
  }

  #lookUp(events: readonly (number | null)[], keys: readonly (string | null)[]): number | undefined {
    this.#index ??= new Map(this.#matches.map((match, at) => [textOf(match.events, match.keys), at]));
    return this.#index.get(textOf(events, keys));
  }
}

function isMatch(match: RuleMatch, events: readonly (number | null)[], keys: readonly (string | null)[]): boolean {
  return (
    match.events.length === events.length &&
    match.keys.length === keys.length &&
    match.events.every((event, at) => event === events[at]) &&
    match.keys.every((key, at) => key === keys[at])
  );
}

function textOf(events: readonly (number | null)[], keys: readonly (string | null)[]): string {
  return keys.length === 0 ? events.join() : JSON.stringify([events, keys]);
}
